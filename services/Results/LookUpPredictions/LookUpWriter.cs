using System.Text.Json;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Writes a <see cref="Contracts.LookupResult"/>.</summary>
internal static class LookUpWriter
{
    public static void Write(Utf8JsonWriter writer, LookUpAnswer answer)
    {
        var found = answer.Prediction;
        writer.WriteStartObject();
        writer.WriteBoolean("found", found is not null);
        WriteId(writer, "key", answer.Key);
        writer.WriteString("custom_id", answer.CustomId);
        writer.WriteString("input", found?.Input ?? answer.Input);
        writer.WritePropertyName("output");
        (found?.Output ?? default).Write(writer);
        writer.WriteString("model", found?.Predictor.Model);
        writer.WriteString("revision", found?.Predictor.Revision);
        WriteId(writer, "job_id", found?.JobId);
        if (found is null) writer.WriteNull("created_at");
        else writer.WriteString("created_at", found.CreatedAt);
        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, string name, Guid? id)
    {
        if (id is { } value) writer.WriteString(name, value);
        else writer.WriteNull(name);
    }
}
