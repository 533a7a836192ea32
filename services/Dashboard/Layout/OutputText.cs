using System.Globalization;
using System.Text.Json;

namespace BatchInfer.Dashboard.Layout;

/// <summary>A prediction as one line of text.</summary>
internal static class OutputText
{
    private const int Longest = 400;

    public static string Of(JsonElement? output)
    {
        if (output is not { } value) return Show.Nothing;
        string text = value.ValueKind switch
        {
            JsonValueKind.Array => Array(value),
            JsonValueKind.Object => One(value),
            _ => Plain(value),
        };
        return text.Length <= Longest ? text : text[..Longest] + " …";
    }

    /// <summary>A string as it is, all else as JSON.</summary>
    public static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static string Array(JsonElement array)
    {
        var items = array.EnumerateArray().ToList();
        if (items.Count > 0 && items.TrueForAll(i => i.ValueKind == JsonValueKind.Number))
            return $"{items.Count} numbers: {string.Join(", ", items.Take(6).Select(i => Number(i.GetDouble())))}{(items.Count > 6 ? ", …" : "")}";
        return items.Count == 0 ? "nothing" : string.Join(", ", items.Take(8).Select(One)) + (items.Count > 8 ? ", …" : "");
    }

    private static string One(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return Plain(value);
        string? name = Text(value, "label") ?? Text(value, "entity_group") ?? Text(value, "token_str") ?? Text(value, "text") ?? Text(value, "answer");
        if (name is null) return value.GetRawText();
        string word = Text(value, "word") is { } found ? $"{found} " : "";
        return word + name + (value.TryGetProperty("score", out var score) && score.ValueKind == JsonValueKind.Number ? " " + Number(score.GetDouble()) : "");
    }

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
