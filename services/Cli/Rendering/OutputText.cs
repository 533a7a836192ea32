using System.Globalization;
using System.Text.Json;

namespace BatchInfer.Cli.Rendering;

/// <summary>A prediction's output in one cell: the best label with its score, the start of a vector, or the JSON itself.</summary>
internal static class OutputText
{
    private const int ShownValues = 4;

    public static string Of(JsonElement? output) => output switch
    {
        null => "",
        { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() > 0 => array[0].ValueKind switch
        {
            JsonValueKind.Object when array[0].TryGetProperty("text", out var best) => best.ToString(),
            JsonValueKind.Object => Labels(array),
            JsonValueKind.Number => Vector(array),
            _ => array.GetRawText(),
        },
        { ValueKind: JsonValueKind.Object } written when written.TryGetProperty("text", out var text) => text.ToString(),
        { ValueKind: JsonValueKind.Object } scored when scored.TryGetProperty("perplexity", out var perplexity) =>
            string.Create(CultureInfo.InvariantCulture, $"perplexity {perplexity.GetDouble():0.00}"),
        { } other => other.GetRawText(),
    };

    private static string Labels(JsonElement labels)
    {
        (string Label, double Score) best = ("", double.NegativeInfinity);
        foreach (var entry in labels.EnumerateArray())
        {
            if (!entry.TryGetProperty("label", out var label) || !entry.TryGetProperty("score", out var score)) return labels.GetRawText();
            if (score.GetDouble() > best.Score) best = (label.GetString() ?? "", score.GetDouble());
        }

        return string.Create(CultureInfo.InvariantCulture, $"{best.Label} {best.Score:0.000}");
    }

    private static string Vector(JsonElement vector)
    {
        var start = vector.EnumerateArray().Take(ShownValues).Select(v => v.GetDouble().ToString("0.0000", CultureInfo.InvariantCulture));
        int rest = vector.GetArrayLength() - ShownValues;
        return $"[{string.Join(", ", start)}{(rest > 0 ? string.Create(CultureInfo.InvariantCulture, $", … {rest} more") : "")}]";
    }
}
