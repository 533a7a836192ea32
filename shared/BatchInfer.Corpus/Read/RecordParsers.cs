using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Picks the parser of a format.</summary>
internal static class RecordParsers
{
    /// <summary>Characters of a record's own id at most: it is a key in an index.</summary>
    public const int MaxIdLength = 512;

    public static IRecordParser For(RecordSchema schema) => schema.Format switch
    {
        RecordFormat.Jsonl => new JsonRecordParser(schema),
        RecordFormat.Csv => new CsvRecordParser(schema),
        _ => new TextRecordParser(),
    };

    /// <summary>What is wrong with an id, or null.</summary>
    public static string? IdProblem(string id, string field) =>
        id.Length > MaxIdLength ? $"The id in '{field}' has {id.Length} characters; the limit is {MaxIdLength}."
        : id.Contains('\0', StringComparison.Ordinal) ? $"The id in '{field}' holds a NUL character." : null;
}
