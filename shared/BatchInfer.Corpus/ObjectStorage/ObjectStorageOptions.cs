namespace BatchInfer.Corpus;

/// <summary>Which objects may be read and how, section <c>ObjectStorage</c>. Nothing may be read by default.</summary>
public sealed class ObjectStorageOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "ObjectStorage";

    /// <summary>
    /// What may be read: addresses, or beginnings of them that end with a slash, such as <c>s3://bucket/</c>, <c>az://container/corpora/</c> and
    /// <c>https://host/</c>. <c>*</c> in place of the bucket, container or host stands for any.
    /// </summary>
    public IList<string> Allow { get; } = [];

    /// <summary>Allows <c>http:</c> addresses too, which anyone on the way can read and change.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>Lets web addresses lead into private networks and to this machine. Link-local addresses, where clouds keep credentials, stay out of reach.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>S3, or a store that speaks its API.</summary>
    public S3Options S3 { get; } = new();

    /// <summary>Azure Blob Storage.</summary>
    public AzureOptions Azure { get; } = new();

    /// <summary>What is wrong with the settings, a sentence each.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var allowed in Allow)
            if (AllowedObjects.Problem(allowed, AllowPlainHttp) is { } problem) yield return problem;
        if (S3.ServiceUrl is { } s3 && !IsHttp(s3)) yield return $"{Section}:S3:ServiceUrl '{s3}' is no http or https address.";
        if (Azure.ServiceUri is { } azure && !IsHttp(azure)) yield return $"{Section}:Azure:ServiceUri '{azure}' is no http or https address.";
        if (Azure is { ServiceUri: not null, ConnectionStringFile: not null })
            yield return $"{Section}:Azure has both ServiceUri and ConnectionStringFile; a connection string names the account itself. Leave one out.";
    }

    private static bool IsHttp(Uri uri) => uri is { IsAbsoluteUri: true, Scheme: "http" or "https" };
}
