using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>CSV: fields by the column names of the header.</summary>
internal sealed class CsvParser : RecordParser
{
    private readonly int _columns;
    private readonly IReadOnlyList<string> _names;
    private readonly int _text;
    private readonly int _pair;
    private readonly int _id;

    public CsvParser(RecordSchema schema) : base(schema)
    {
        if (schema.CsvHeader is null) throw new ArgumentException("A CSV schema needs the header.", nameof(schema));
        var columns = CsvHeader.Columns(schema.CsvHeader);
        _columns = columns.Count;
        _names = columns;
        _text = Find(columns, schema.TextField);
        _pair = Find(columns, schema.TextPairField);
        _id = Find(columns, schema.IdField);
    }

    protected override RecordFields Read(ReadOnlyMemory<byte> record)
    {
        string? id = null, text = null, pair = null;
        var fields = new CsvFields(record.Span);
        var count = 0;
        JsonObject? all = Schema.Fields ? [] : null;
        for (; fields.MoveNext(); count++)
        {
            if (all is not null && count < _columns) all[_names[count]] = fields.Text;
            // One column may serve as several fields.
            if (count != _text && count != _pair && count != _id) continue;
            var value = fields.Text;
            if (count == _text) text = value;
            if (count == _pair) pair = value;
            if (count == _id) id = value;
        }
        if (fields.Fault is not null) return Malformed(id, $"The record is not valid CSV: {fields.Fault}.");

        // Most likely a text with a comma that was not quoted: half a text must not be predicted in its place.
        return count <= _columns
            ? new RecordFields(id, text, pair, null, all)
            : Malformed(id, $"The record has {count} fields, the header {_columns}. A field that holds a comma must be quoted.");
    }

    private static RecordFields Malformed(string? id, string message) =>
        new(id, null, null, new RecordFault(ErrorCodes.MalformedRecord, message));

    private static int Find(IReadOnlyList<string> columns, string? name)
    {
        for (var i = 0; i < columns.Count; i++)
            if (columns[i] == name) return i;
        return -1;
    }
}
