using System.Globalization;
using System.Text.Json;

namespace BatchInfer.Cli.Rendering;

/// <summary>A prediction's output in one cell: the best label with its score, entities, an answer, the start of a vector, or the JSON itself.</summary>
internal static class OutputText
{
    private const int ShownValues = 4;

    public static string Of(JsonElement? output) => output switch
    {
        null => "",
        { ValueKind: JsonValueKind.Array } array => OfArray(array),
        { ValueKind: JsonValueKind.Object } single => OfObject(single),
        { } other => other.GetRawText(),
    };

    private static string OfArray(JsonElement array)
    {
        if (array.GetArrayLength() == 0) return "none";
        var first = array[0];
        return first.ValueKind switch
        {
            JsonValueKind.Number => Vector(array),
            // Of several masks, or texts, each by itself.
            JsonValueKind.Array => string.Join(" | ", array.EnumerateArray().Select(e => Of(e))),
            JsonValueKind.Object when Has(first, "entity_group") || Has(first, "entity") => string.Join(", ", array.EnumerateArray().Select(Entity)),
            JsonValueKind.Object when Has(first, "label") => Best(array),
            JsonValueKind.Object => OfObject(first),
            _ => array.GetRawText(),
        };
    }

    private static string OfObject(JsonElement output)
    {
        string score = Text(output, "score");
        if (Has(output, "finish_reason")) return Text(output, "text");
        if (Has(output, "perplexity")) return $"perplexity {Text(output, "perplexity")}";
        if (Has(output, "token_str")) return $"{Text(output, "token_str").Trim()} {score}";
        if (Has(output, "answer")) return $"{(Text(output, "answer") is { Length: > 0 } answer ? answer : "no answer")} {score}";
        if (output.TryGetProperty("labels", out var labels) && output.TryGetProperty("scores", out var scores)
            && labels.ValueKind == JsonValueKind.Array && scores.ValueKind == JsonValueKind.Array && labels.GetArrayLength() > 0 && scores.GetArrayLength() > 0)
            return $"{labels[0]} {Number(scores[0])}";
        return Has(output, "score") && output.EnumerateObject().Count() == 1 ? score : output.GetRawText();
    }

    private static string Best(JsonElement labels)
    {
        var scored = labels.EnumerateArray().Where(l => l.ValueKind == JsonValueKind.Object && l.TryGetProperty("score", out var s) && s.ValueKind == JsonValueKind.Number).ToList();
        if (scored.Count == 0) return labels.GetRawText();
        var best = scored.MaxBy(l => l.GetProperty("score").GetDouble());
        return $"{Text(best, "label")} {Text(best, "score")}";
    }

    private static string Entity(JsonElement entity) =>
        $"{Text(entity, "word").Trim()} {(Has(entity, "entity_group") ? Text(entity, "entity_group") : Text(entity, "entity"))} {Text(entity, "score")}";

    private static string Vector(JsonElement vector)
    {
        var start = vector.EnumerateArray().Take(ShownValues).Select(v => v.GetDouble().ToString("0.0000", CultureInfo.InvariantCulture));
        int rest = vector.GetArrayLength() - ShownValues;
        return $"[{string.Join(", ", start)}{(rest > 0 ? string.Create(CultureInfo.InvariantCulture, $", … {rest} more") : "")}]";
    }

    private static bool Has(JsonElement element, string name) => element.TryGetProperty(name, out _);

    private static string Text(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? "" : value.ValueKind == JsonValueKind.Number ? Number(value) : value.ToString();

    private static string Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("0.000", CultureInfo.InvariantCulture) : value.ToString();
}
