using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Records given in the request become a JSONL corpus like any other, so that only one kind of input exists behind this.</summary>
internal static class InlineRecords
{
    private const int MaxRecords = 10_000;

    /// <summary>The records as JSONL: objects as they are, strings as the text field of an object.</summary>
    public static (byte[]? Jsonl, ProblemHttpResult? Problem) Write(JsonArray records, string textField)
    {
        if (records.Count is 0 or > MaxRecords)
            return (null, Problems.Invalid("input.records", $"Give 1 to {MaxRecords} records; upload more as a file."));
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        for (int i = 0; i < records.Count; i++)
        {
            using (var writer = new Utf8JsonWriter(buffer, options))
            {
                if (Problem(writer, records[i], textField) is { } problem) return (null, Problems.Invalid($"input.records[{i}]", problem));
            }

            buffer.Write("\n"u8);
        }

        return (buffer.WrittenSpan.ToArray(), null);
    }

    private static string? Problem(Utf8JsonWriter writer, JsonNode? node, string textField)
    {
        try
        {
            switch (node)
            {
                case JsonObject record:
                    record.WriteTo(writer);
                    return null;
                case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                    writer.WriteStartObject();
                    writer.WriteString(textField, value.GetValue<string>());
                    writer.WriteEndObject();
                    return null;
                default:
                    return "A record is an object, or a string: its text.";
            }
        }
        catch (InvalidOperationException)
        {
            return "It has half of a surrogate pair as an escape, which no text has.";
        }
    }
}
