using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Exporting;

/// <summary>
/// An object in S3, or in a store that speaks its API: written by multipart upload as the export arrives, so that neither disk nor
/// memory holds it. Keys, region and endpoint come from where AWS's own tools take them.
/// </summary>
internal sealed record S3Target(string Bucket, string Key)
{
    private const string Scheme = "s3://";

    // The upload holds one part in memory; 10,000 of these are 156 GB, the largest object that so many parts make.
    private const long PartBytes = 16 * 1024 * 1024;

    public static bool IsOne(string output) => output.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    public static S3Target Parse(string output)
    {
        string[] parts = output[Scheme.Length..].Split('/', 2);
        return parts is [{ Length: > 0 } bucket, { Length: > 0 } key]
            ? new S3Target(bucket, key)
            : throw CliException.BadInput($"--output '{output}' should look like s3://bucket/key.");
    }

    public async Task WriteAsync(CliEnvironment env, BatchInferClient client, Guid job, ExportSettings settings, CancellationToken ct)
    {
        try
        {
            var config = new AmazonS3Config();
            if ((env.Variable("AWS_ENDPOINT_URL_S3") ?? env.Variable("AWS_ENDPOINT_URL")) is { } endpoint)
            {
                // Stores of other makers have no name for each bucket, and not all know the chunks that signed streams come in.
                (config.ServiceURL, config.ForcePathStyle) = (endpoint, true);
            }

            using var s3 = new AmazonS3Client(config);
            using var transfer = new TransferUtility(s3);
            await using var export = await client.OpenExportAsync(job, settings, ct);
            await transfer.UploadAsync(
                new TransferUtilityUploadRequest { BucketName = Bucket, Key = Key, InputStream = export, PartSize = PartBytes, AutoCloseStream = false }, ct);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException)
        {
            throw new CliException($"{Scheme}{Bucket}/{Key} could not be written: {e.Message}", ExitCodes.Failed);
        }
    }
}
