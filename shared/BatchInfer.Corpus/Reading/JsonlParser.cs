using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>JSON Lines: fields by name or by a dotted path of names.</summary>
internal sealed class JsonlParser(RecordSchema schema) : RecordParser(schema)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = CorpusLimits.MaxJsonDepth };

    protected override RecordFields Read(ReadOnlyMemory<byte> record)
    {
        string? id = null;
        try
        {
            using var document = JsonDocument.Parse(record, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Malformed(null, "The line is valid JSON, but not an object.");
            if (!TryReadId(document.RootElement, out id))
                return Malformed(null, $"The id in '{Schema.IdField}' is no string and no number.");
            if (Schema.Fields) return ReadAll(document.RootElement, id);
            if (!TryReadText(document.RootElement, Schema.TextField, out var text)) return NoString(id, Schema.TextField);
            return TryReadText(document.RootElement, Schema.TextPairField, out var pair)
                ? new RecordFields(id, text, pair, null)
                : NoString(id, Schema.TextPairField!);
        }
        catch (JsonException e)
        {
            // The parser's own sentence ends with a path and line of the one-line document: of no use to the user.
            var reason = e.Message.Split(" LineNumber:", 2)[0];
            return Malformed(null, $"The line is not valid JSON at its byte {e.BytePositionInLine + 1}: {reason}");
        }
        catch (InvalidOperationException)
        {
            // What the parser lets pass and then cannot turn into a string: \ud800 and the like.
            return Malformed(id, "A name or string escapes half of a surrogate pair (\\ud800 to \\udfff), which is no character.");
        }
    }

    // The text is one of the fields; whether it is a text is the template's concern.
    private RecordFields ReadAll(JsonElement record, string? id)
    {
        _ = TryReadText(record, Schema.TextField, out string? text);
        var fields = (JsonObject)JsonNode.Parse(record.GetRawText(), documentOptions: Options)!;
        // Reading them now brings escapes of half a surrogate pair to light.
        _ = fields.ToJsonString();
        return new RecordFields(id, text, null, null, fields);
    }

    private bool TryReadId(JsonElement record, out string? id)
    {
        id = null;
        if (!TryFind(record, Schema.IdField, out var value)) return true;
        id = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        return id is not null || value.ValueKind == JsonValueKind.Null;
    }

    private static bool TryReadText(JsonElement record, string? path, out string? text)
    {
        text = null;
        if (!TryFind(record, path, out var value) || value.ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString();
        return true;
    }

    /// <summary>Finds a member by its name, or by a path of names; the longest name that exists goes first.</summary>
    internal static bool TryFind(JsonElement value, ReadOnlySpan<char> path, out JsonElement found)
    {
        found = default;
        if (path.IsEmpty || value.ValueKind != JsonValueKind.Object) return false;
        if (value.TryGetProperty(path, out found)) return true;
        for (var dot = path.LastIndexOf('.'); dot >= 0; dot = path[..dot].LastIndexOf('.'))
            if (value.TryGetProperty(path[..dot], out var inner) && TryFind(inner, path[(dot + 1)..], out found)) return true;
        return false;
    }

    private static RecordFields NoString(string? id, string field) => Malformed(id, $"The value of '{field}' is not a string.");

    private static RecordFields Malformed(string? id, string message) =>
        new(id, null, null, new RecordFault(ErrorCodes.MalformedRecord, message));
}
