namespace BatchInfer.Corpus;

/// <summary>Bounds that hold for every corpus.</summary>
public static class CorpusLimits
{
    /// <summary>Bytes of the longest record that is read, its line end not counted: 16 MiB.</summary>
    public const int MaxRecordBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of the longest CSV header: it travels with every shard.</summary>
    public const int MaxHeaderBytes = 64 * 1024;

    /// <summary>Characters of the longest custom id: ids are kept in an index.</summary>
    public const int MaxCustomIdLength = 512;

    /// <summary>Deepest nesting of a JSON record.</summary>
    public const int MaxJsonDepth = 64;

#if DEBUG
    // So small that every growth and refill path runs all the time.
    internal const int ScanBufferBytes = 512;
    internal const int ReadBufferBytes = 64;
#else
    internal const int ScanBufferBytes = 256 * 1024;
    internal const int ReadBufferBytes = 64 * 1024;
#endif
}
