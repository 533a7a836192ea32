namespace BatchInfer.Corpus;

/// <summary>How S3 is reached. Credentials come from where AWS' own tools take them; none stands in a setting.</summary>
public sealed class S3Options
{
    /// <summary>Endpoint of another maker's store; else <c>AWS_ENDPOINT_URL_S3</c> or <c>AWS_ENDPOINT_URL</c>, else AWS.</summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>Region; else that of AWS' own settings. A store with an endpoint of its own needs none.</summary>
    public string? Region { get; set; }

    /// <summary>The bucket in the path and not in the host's name; by default with an endpoint of its own.</summary>
    public bool? ForcePathStyle { get; set; }

    /// <summary>Profile in AWS' shared configuration whose credentials are used.</summary>
    public string? Profile { get; set; }

    /// <summary>File of profiles, such as a mounted secret; else <c>AWS_SHARED_CREDENTIALS_FILE</c>, else AWS' own places.</summary>
    public string? ProfilesFile { get; set; }
}
