namespace BatchInfer.Corpus;

/// <summary>Codes of <see cref="CorpusFormatException"/>.</summary>
public static class CorpusErrorCodes
{
    /// <summary>The gzip data is damaged, cut off, or followed by something else.</summary>
    public const string CorruptGzip = "corrupt_gzip";

    /// <summary>The upload unpacks to far more than its own size.</summary>
    public const string CompressionRatio = "compression_ratio";

    /// <summary>The corpus has more bytes than allowed.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The corpus is packed in a way that is not unpacked here.</summary>
    public const string UnsupportedCompression = "unsupported_compression";

    /// <summary>A CSV corpus has no header.</summary>
    public const string MissingHeader = "missing_header";

    /// <summary>The header of a CSV corpus cannot be read.</summary>
    public const string MalformedHeader = "malformed_header";

    /// <summary>The corpus is not UTF-8 but UTF-16, by its byte order mark.</summary>
    public const string UnsupportedEncoding = "unsupported_encoding";
}
