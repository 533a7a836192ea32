using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Writes <see cref="PredictionLine"/> and <see cref="ErrorLine"/>.</summary>
internal static class PredictionLineWriter
{
    public static void Write(Utf8JsonWriter writer, StoredLine line)
    {
        writer.WriteStartObject();
        WriteMembers(writer, line);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, StoredLine line)
    {
        writer.WriteNumber("ordinal", line.Ordinal);
        writer.WriteString("custom_id", line.CustomId);
        writer.WritePropertyName("output");
        line.Output.Write(writer);
        if (line.Error is null)
        {
            writer.WriteNull("error");
        }
        else
        {
            writer.WriteStartObject("error");
            writer.WriteString("code", line.Error.Code);
            writer.WriteString("message", line.Error.Message);
            writer.WriteNumber("line", line.Error.Line);
            writer.WriteEndObject();
        }

        if (line.TokensCut > 0) writer.WriteNumber("tokens_cut", line.TokensCut);
    }

    public static void Write(Utf8JsonWriter writer, ErrorLine line)
    {
        writer.WriteStartObject();
        writer.WriteNumber("ordinal", line.Ordinal);
        writer.WriteString("custom_id", line.CustomId);
        writer.WriteString("code", line.Code);
        writer.WriteString("message", line.Message);
        writer.WriteNumber("line", line.Line);
        writer.WriteEndObject();
    }
}
