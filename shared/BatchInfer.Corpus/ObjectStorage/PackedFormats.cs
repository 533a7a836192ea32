namespace BatchInfer.Corpus;

/// <summary>Tells files that are no lines of text by their first bytes.</summary>
public static class PackedFormats
{
    /// <summary>Bytes that tell.</summary>
    public const int HeadBytes = 6;

    private static readonly (string Name, byte[] Head)[] Known =
    [
        ("Zstandard", [0x28, 0xB5, 0x2F, 0xFD]), ("Parquet", [(byte)'P', (byte)'A', (byte)'R', (byte)'1']), ("zip", [(byte)'P', (byte)'K', 3, 4]),
        ("bzip2", [(byte)'B', (byte)'Z', (byte)'h']), ("xz", [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]),
    ];

    /// <summary>Whether a file is gzip, which the intake unpacks.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> head) => head is [0x1F, 0x8B, ..];

    /// <summary>Name of a format that is not taken, or null.</summary>
    public static string? NameOf(ReadOnlySpan<byte> head)
    {
        foreach (var (name, first) in Known)
            if (head.StartsWith(first)) return name;
        return null;
    }
}
