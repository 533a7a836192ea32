using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>The columns that a corpus' records have of their own, as texts: JSON values that are no strings stand as JSON.</summary>
internal sealed class InputColumns
{
    /// <summary>Of JSONL, where each record may have other fields: the column of those that have none of their own.</summary>
    public const string Other = "input_other";

    private readonly RecordFormat _format;
    private readonly string[] _fields;
    private readonly Dictionary<string, int> _places;

    private InputColumns(RecordFormat format, IReadOnlyList<string> fields, ColumnNames names)
    {
        _format = format;
        _fields = [.. fields];
        _places = [];
        for (int i = 0; i < _fields.Length; i++) _places.TryAdd(_fields[i], i);
        Names = names.Unique(format == RecordFormat.Jsonl ? [.. _fields, Other] : _fields);
    }

    /// <summary>No columns.</summary>
    public static InputColumns None { get; } = new(RecordFormat.Text, [], ColumnNames.OfFile);

    /// <summary>Names of the columns: those of the fields, with <c>input_</c> before what a column of the export is called already.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The columns of a corpus, by its header or its first records.</summary>
    /// <param name="schema">How its records are written.</param>
    /// <param name="fields">Of JSONL: the fields that have columns of their own.</param>
    /// <param name="names">Gives each column its name.</param>
    public static InputColumns Of(RecordSchema schema, IReadOnlyList<string> fields, ColumnNames names) => schema.Format switch
    {
        RecordFormat.Csv => new InputColumns(schema.Format, CsvHeader.Columns(schema.CsvHeader ?? ""), names),
        RecordFormat.Jsonl => new InputColumns(schema.Format, fields, names),
        _ => new InputColumns(schema.Format, ["text"], names),
    };

    /// <summary>Reads a record's columns; all null where it cannot be read.</summary>
    public string?[] Read(byte[]? record)
    {
        string?[] values = new string?[Names.Count];
        if (record is not { Length: > 0 } || values.Length == 0) return values;
        switch (_format)
        {
            case RecordFormat.Jsonl: ReadJson(record, values); break;
            case RecordFormat.Csv:
                var fields = CorpusRows.CsvFieldsOf(record);
                for (int i = 0; fields is not null && i < Math.Min(fields.Count, values.Length); i++) values[i] = fields[i];
                break;
            default: values[0] = Utf8.IsValid(record) ? Encoding.UTF8.GetString(record) : null; break;
        }

        return values;
    }

    /// <summary>The record as an object of readable texts; null where it is none.</summary>
    internal static JsonDocument? Parse(ReadOnlyMemory<byte> record)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(record, new JsonDocumentOptions { MaxDepth = CorpusLimits.MaxJsonDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in document.RootElement.EnumerateObject()) _ = (member.Name, TextOf(member.Value));
                return document;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or half of a surrogate pair: the row is an error row, and has no columns.
        }

        document?.Dispose();
        return null;
    }

    private void ReadJson(byte[] record, string?[] values)
    {
        Dictionary<string, JsonElement>? other = null;
        if (Parse(record) is not { } document) return;
        using (document)
        {
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (_places.TryGetValue(member.Name, out int place)) values[place] = TextOf(member.Value);
                else (other ??= [])[member.Name] = member.Value;
            }

            if (other is not null) values[^1] = JsonSerializer.Serialize(other, ApiJson.Options);
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
