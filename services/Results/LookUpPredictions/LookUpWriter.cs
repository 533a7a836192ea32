using System.Text.Json;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Writes a <see cref="Contracts.LookupResult"/>.</summary>
internal static class LookUpWriter
{
    public static void Write(Utf8JsonWriter writer, LookUpAnswer answer)
    {
        var found = answer.Prediction;
        writer.WriteStartObject();
        writer.WriteBoolean("found"u8, found is not null);
        WriteId(writer, "key"u8, answer.Key);
        writer.WriteString("custom_id"u8, answer.CustomId);
        writer.WriteString("input"u8, found?.Input ?? answer.Input);
        if ((found?.InputPair ?? answer.InputPair) is { } pair) writer.WriteString("input_pair"u8, pair);
        writer.WritePropertyName("output"u8);
        (found?.Output ?? default).Write(writer);
        writer.WriteString("model"u8, answer.Asked?.Name ?? found?.Predictor.Model);
        writer.WriteString("revision"u8, found?.Predictor.Revision ?? answer.Asked?.Revision);
        writer.WriteString("task"u8, found?.Predictor.Task ?? answer.Asked?.Task);
        if (found?.Predictor.Parameters is { Length: > 0 } parameters)
        {
            writer.WritePropertyName("parameters"u8);
            writer.WriteRawValue(parameters, skipInputValidation: true);
        }

        WriteId(writer, "job_id"u8, found?.JobId);
        if (found is null) writer.WriteNull("created_at"u8);
        else writer.WriteString("created_at"u8, found.CreatedAt);
        if (found?.TokensCut > 0) writer.WriteNumber("tokens_cut"u8, found.TokensCut);
        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Guid? id)
    {
        if (id is { } value) writer.WriteString(name, value);
        else writer.WriteNull(name);
    }
}
