using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Members that may be absent or null.</summary>
internal static class JsonElementExtensions
{
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement element, string name) => element.Member(name)?.AsText();

    /// <summary>The text of a string; null for anything else, half of a surrogate pair by escape among it, which no text has.</summary>
    public static string? AsText(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return null;
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
