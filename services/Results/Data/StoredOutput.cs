using System.Text.Json;

namespace BatchInfer.Results.Data;

/// <summary>An output as stored: JSON, or an embedding, or neither.</summary>
internal readonly record struct StoredOutput(string? Json, float[]? Embedding)
{
    public void Write(Utf8JsonWriter writer)
    {
        if (Json is not null)
        {
            // It was valid when it was stored.
            writer.WriteRawValue(Json, skipInputValidation: true);
        }
        else if (Embedding is not null)
        {
            writer.WriteStartArray();
            foreach (float value in Embedding) writer.WriteNumberValue(value);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
