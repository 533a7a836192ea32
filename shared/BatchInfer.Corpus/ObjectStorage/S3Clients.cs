using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;

namespace BatchInfer.Corpus;

/// <summary>Makes clients of S3 and of stores that speak its API.</summary>
public static class S3Clients
{
    /// <summary>A client; credentials come from AWS' usual chain: environment, profiles, web identity, container, machine.</summary>
    /// <param name="options">Endpoint, region, profile.</param>
    /// <exception cref="AmazonClientException">The region or the profile is not known.</exception>
    public static AmazonS3Client Create(S3Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var config = new AmazonS3Config();
        if ((options.ServiceUrl?.ToString() ?? Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL")) is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = options.Region ?? Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? "us-east-1";
            config.ForcePathStyle = options.ForcePathStyle ?? true;
            // Stores of other makers do not all know the checksums that AWS' own takes since 2025, nor the chunks that they come in.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }
        else
        {
            if (options.Region is { } region) config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            config.ForcePathStyle = options.ForcePathStyle ?? false;
        }

        return options.Profile is { } profile ? new AmazonS3Client(Credentials(profile, options.ProfilesFile), config) : new AmazonS3Client(config);
    }

    private static AWSCredentials Credentials(string profile, string? file) =>
        new CredentialProfileStoreChain(file).TryGetAWSCredentials(profile, out var credentials)
            ? credentials
            : throw new AmazonClientException($"{file ?? "AWS' shared configuration"} has no profile '{profile}'.");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
