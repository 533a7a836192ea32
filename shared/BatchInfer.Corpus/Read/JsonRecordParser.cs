using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>A line is a JSON object; fields are named by path.</summary>
internal sealed class JsonRecordParser(RecordSchema schema) : IRecordParser
{
    private const int MaxDepth = 64;
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };
    private readonly string[] _text = schema.TextField.Split('.');
    private readonly string[] _pair = schema.TextPairField?.Split('.') ?? [];
    private readonly string[] _id = schema.IdField?.Split('.') ?? [];

    public ParsedRecord Parse(ReadOnlySpan<byte> record)
    {
        string? id = null;
        try
        {
            var reader = new Utf8JsonReader(record, ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read()) return ParsedRecord.Malformed(null, "There is more than one JSON value on the line.");
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return ParsedRecord.Malformed(null, $"A record is a JSON object, not a JSON {Name(root.ValueKind)}.");
            if (schema.IdField is { } idField)
            {
                if (!TryFind(root, idField, _id, out var value)) return ParsedRecord.Missing(null, $"The id field '{idField}' is missing.");
                if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
                    return ParsedRecord.Malformed(null, $"The id field '{idField}' is a JSON {Name(value.ValueKind)}, not a string or a number.");
                string read = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                if (RecordParsers.IdProblem(read, idField) is { } problem) return ParsedRecord.Malformed(null, problem);
                id = read;
            }

            if (TryText(root, schema.TextField, _text, id, out string? text) is { } textProblem) return textProblem;
            if (schema.TextPairField is not { } pairField) return new ParsedRecord(id, text, null, null, null);
            return TryText(root, pairField, _pair, id, out string? pair) ?? new ParsedRecord(id, text, pair, null, null);
        }
        catch (JsonException e)
        {
            return ParsedRecord.Malformed(id, $"The line is not valid JSON, at byte {e.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: JSON's grammar allows what no text can hold.
            return ParsedRecord.Malformed(id, "A string holds half of a surrogate pair (\\uD800 to \\uDFFF alone).");
        }
    }

    private static ParsedRecord? TryText(JsonElement root, string field, string[] path, string? id, out string? text)
    {
        text = null;
        if (!TryFind(root, field, path, out var value) || value.ValueKind == JsonValueKind.Null)
            return ParsedRecord.Missing(id, $"The field '{field}' is missing.");
        if (value.ValueKind != JsonValueKind.String)
            return ParsedRecord.Malformed(id, $"The field '{field}' is a JSON {Name(value.ValueKind)}, not a string.");
        text = value.GetString();
        return null;
    }

    /// <summary>A member of just that name wins over the path that its dots spell.</summary>
    private static bool TryFind(JsonElement root, string field, string[] path, out JsonElement value)
    {
        if (root.TryGetProperty(field, out value)) return true;
        if (path.Length < 2) return false;
        value = root;
        foreach (string name in path)
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return false;
        return true;
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
