using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace BatchInfer.Results.Data;

/// <summary>An output as stored: JSON in UTF-8, or an embedding, or neither.</summary>
internal readonly record struct StoredOutput(byte[]? Json, float[]? Embedding)
{
    /// <summary>An embedding as a message carries it: little-endian float32 values.</summary>
    public static float[]? Floats(byte[]? bytes) => bytes is null ? null : MemoryMarshal.Cast<byte, float>(bytes).ToArray();

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

    /// <summary>The output as JSON, or null.</summary>
    public JsonElement? ToElement()
    {
        if (Json is not null) return JsonElement.Parse(Json);
        return Embedding is null ? null : JsonSerializer.SerializeToElement(Embedding);
    }

    /// <summary>The output as JSON text, or null.</summary>
    public string? ToText()
    {
        if (Json is not null) return Encoding.UTF8.GetString(Json);
        if (Embedding is null) return null;
        var buffer = new ArrayBufferWriter<byte>(Embedding.Length * 12);
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
