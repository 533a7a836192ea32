using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Tells formats by file name.</summary>
public static class RecordFormats
{
    /// <summary>
    /// The format that the end of a file name stands for: <c>.jsonl</c>, <c>.ndjson</c>, <c>.csv</c>, <c>.txt</c>, each also with
    /// <c>.gz</c> behind it; null when it tells nothing.
    /// </summary>
    public static RecordFormat? FromFileName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = name.AsSpan();
        if (plain.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) plain = plain[..^3];
        if (Ends(plain, ".jsonl") || Ends(plain, ".ndjson")) return RecordFormat.Jsonl;
        if (Ends(plain, ".csv")) return RecordFormat.Csv;
        return Ends(plain, ".txt") ? RecordFormat.Text : null;
    }

    private static bool Ends(ReadOnlySpan<char> name, string extension) => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
