namespace BatchInfer.Corpus;

/// <summary>Kinds of stores that objects are read from.</summary>
public enum ObjectScheme
{
    /// <summary><c>s3://bucket/key</c></summary>
    S3,

    /// <summary><c>az://container/blob</c></summary>
    Azure,

    /// <summary><c>https://…</c></summary>
    Https,

    /// <summary><c>http://…</c></summary>
    Http,
}
