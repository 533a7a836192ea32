using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>One parameter of a task: its name and the values it takes.</summary>
/// <param name="Name">Name in the job's <c>parameters</c>.</param>
/// <param name="Help">What it does and which values it takes, one sentence.</param>
/// <param name="Check">Returns null for a good value, else what is wrong with it.</param>
public sealed record ParameterSpec(string Name, string Help, Func<JsonNode, string?> Check)
{
    // Of one text of a list: a sentence, not a document.
    private const int MaxEntry = 1024;

    // From here on, doubles leave out whole numbers.
    private const double MaxWhole = 1L << 53;

    /// <summary>Kind of value.</summary>
    public ParameterKind Kind { get; init; } = ParameterKind.Text;

    /// <summary>Another name it may be given under, as some reference implementation calls it; never in a key.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether a model that it means anything to has a default for it.</summary>
    public bool HasDefault { get; init; } = true;

    /// <summary>Whether a job must give it.</summary>
    public bool Required { get; init; }

    /// <summary>The parameter and the value beside which it changes anything; left out of the key beside any other.</summary>
    public (string Name, string Value)? OnlyWith { get; init; }

    /// <summary>Whether the model's default is the largest value that there is.</summary>
    public bool DefaultIsLargest { get; init; }

    /// <summary>Whether the model's default is all that there is to give, and a larger value means the same.</summary>
    public bool DefaultIsAll { get; init; }

    /// <summary>Whether its texts name labels of the model, or the kinds of entity in them.</summary>
    public bool NamesLabels { get; init; }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static ParameterSpec WholeNumber(string name, string help, int min, int max) => new(name, help,
        v => v is JsonValue value && value.TryGetValue(out int n) && n >= min && n <= max ? null : $"must be a whole number from {min} to {max}")
    { Kind = ParameterKind.WholeNumber };

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static ParameterSpec Number(string name, string help, double min, double max) => new(name, help,
        v => v.GetValueKind() == JsonValueKind.Number && v.AsValue().TryGetValue(out double n) && n >= min && n <= max
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be a number from {min} to {max}"))
    { Kind = ParameterKind.Number };

    /// <summary>True or false.</summary>
    public static ParameterSpec Flag(string name, string help) => new(name, help,
        v => v.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false")
    { Kind = ParameterKind.Flag };

    /// <summary>One of a few words.</summary>
    public static ParameterSpec Choice(string name, string help, params string[] choices) => new(name, help,
        v => TextOf(v) is { } s && choices.Contains(s, StringComparer.Ordinal) ? null : $"must be one of: {string.Join(", ", choices)}");

    /// <summary>A text of at most <paramref name="maxLength"/> characters.</summary>
    public static ParameterSpec Text(string name, string help, int maxLength) => new(name, help,
        v => TextOf(v) is { } s && s.Length <= maxLength ? null : $"must be a text of at most {maxLength} characters");

    /// <summary>A list of up to <paramref name="max"/> texts, none empty, very long or twice; a text with commas is taken as one.</summary>
    public static ParameterSpec TextList(string name, string help, int min, int max) => new(name, help,
        v => ListOf(v) is { } list && AreDistinct(list, min, max)
            ? null
            : $"must be a list of {min} to {max} different texts of at most {MaxEntry} characters each, or one text with commas between them")
    { Kind = ParameterKind.TextList };

    /// <summary>One text as it is, spaces and commas included, or a list of up to <paramref name="max"/>, none empty, very long or twice.</summary>
    public static ParameterSpec ExactTexts(string name, string help, int max) => new(name, help,
        v => ExactlyOf(v) is { } list && AreDistinct(list, 1, max)
            ? null
            : $"must be a text, or a list of up to {max} different ones, of 1 to {MaxEntry} characters each")
    { Kind = ParameterKind.ExactTexts };

    /// <summary>The value as the key has it: equal meanings are written alike.</summary>
    internal JsonNode Canonical(JsonNode value) => (Kind, value) switch
    {
        // Also a model's default, which nothing has checked.
        (ParameterKind.TextList, _) => ListOf(value) is { } texts ? new JsonArray([.. texts.Select(t => (JsonNode)t)]) : value,
        (ParameterKind.ExactTexts, _) => ExactlyOf(value) is { } texts ? new JsonArray([.. texts.Select(t => (JsonNode)t)]) : value,
        // A list of one token is that token.
        (ParameterKind.WholeNumber, JsonArray { Count: 1 } list) when list[0] is { } only => Numbers(only),
        _ => Numbers(value),
    };

    // 1, 1.0 and 1e0 are one number: whole ones have no fraction, others are written as shortly as they are read back.
    private static JsonNode Numbers(JsonNode value)
    {
        if (value is JsonArray list) return new JsonArray([.. list.Select(v => v is null ? null : Numbers(v))]);
        if (value.GetValueKind() != JsonValueKind.Number) return value;
        // Read again, so that it is any number, whatever type it was made from.
        var number = JsonNode.Parse(value.ToJsonString())!.AsValue();
        if (!number.TryGetValue(out long whole))
        {
            double exact = number.GetValue<double>();
            if (!double.IsFinite(exact)) return value;
            if (exact != Math.Truncate(exact) || Math.Abs(exact) >= MaxWhole) return JsonNode.Parse(JsonValue.Create(exact).ToJsonString())!;
            whole = (long)exact;
        }

        return JsonNode.Parse(whole.ToString(CultureInfo.InvariantCulture))!;
    }

    private static string? TextOf(JsonNode? value)
    {
        try
        {
            return value is JsonValue v && v.TryGetValue(out string? s) ? s : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair by escape: no text has it.
            return null;
        }
    }

    private static bool AreDistinct(string[] texts, int min, int max) =>
        texts.Length >= min && texts.Length <= max && texts.All(t => t.Length is > 0 and <= MaxEntry) && texts.Distinct(StringComparer.Ordinal).Count() == texts.Length;

    private static string[]? ListOf(JsonNode value) => TextOf(value) is { } text
        ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : ExactlyOf(value);

    private static string[]? ExactlyOf(JsonNode value)
    {
        if (TextOf(value) is { } text) return [text];
        if (value is not JsonArray array) return null;
        string[] texts = [.. array.Select(TextOf).OfType<string>()];
        return texts.Length == array.Count ? texts : null;
    }
}
