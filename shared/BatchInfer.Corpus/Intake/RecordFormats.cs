using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Tells a corpus's format by its file name.</summary>
public static class RecordFormats
{
    /// <summary>The format that a name's ending stands for, <c>.gz</c> behind it or not; null for an unknown ending.</summary>
    public static RecordFormat? FromFileName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) name = name[..^3];
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => RecordFormat.Jsonl,
            ".CSV" => RecordFormat.Csv,
            ".TXT" => RecordFormat.Text,
            _ => null,
        };
    }
}
