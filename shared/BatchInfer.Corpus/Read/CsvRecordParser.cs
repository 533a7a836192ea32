using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>A record is a CSV row; fields are named by the header.</summary>
internal sealed class CsvRecordParser : IRecordParser
{
    private readonly RecordSchema _schema;
    private readonly int _columns;
    private readonly int _text;
    private readonly int _pair;
    private readonly int _id;

    public CsvRecordParser(RecordSchema schema)
    {
        _schema = schema;
        var columns = CorpusReader.CsvColumns(schema.CsvHeader ?? "").ToList();
        _columns = columns.Count;
        _text = columns.IndexOf(schema.TextField);
        _pair = schema.TextPairField is { } pair ? columns.IndexOf(pair) : -1;
        _id = schema.IdField is { } id ? columns.IndexOf(id) : -1;
    }

    public ParsedRecord Parse(ReadOnlySpan<byte> record)
    {
        if (CsvFields.Parse(record) is not { } fields)
            return ParsedRecord.Malformed(null, "A quote stands in a wrong place: quote the whole field and double the quotes in it.");
        if (fields.Count > _columns) return ParsedRecord.Malformed(null, $"The row has {fields.Count} fields, the header {_columns}. Quote fields that hold a comma.");
        string? id = null;
        if (_schema.IdField is { } idField)
        {
            if (Field(fields, _id) is not { Length: > 0 } read) return ParsedRecord.Missing(null, $"The id field '{idField}' is missing.");
            if (RecordParsers.IdProblem(read, idField) is { } problem) return ParsedRecord.Malformed(null, problem);
            id = read;
        }

        if (Field(fields, _text) is not { } text) return ParsedRecord.Missing(id, $"The field '{_schema.TextField}' is missing.");
        if (_schema.TextPairField is not { } pairField) return new ParsedRecord(id, text, null, null, null);
        return Field(fields, _pair) is { } pair
            ? new ParsedRecord(id, text, pair, null, null)
            : ParsedRecord.Missing(id, $"The field '{pairField}' is missing.");
    }

    private static string? Field(List<string> fields, int index) => (uint)index < (uint)fields.Count ? fields[index] : null;
}
