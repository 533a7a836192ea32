using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>Reads the examples of a prompt as people write them: a JSON array, or one example a line.</summary>
public static class PromptExamples
{
    private const string Shape = "{\"input\": …, \"output\": \"…\"}";

    // A name that comes twice would be one thing here and another where the prompt is made.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The examples of a text.</summary>
    /// <param name="text">A JSON array of <c>{"input": a record or a text, "output": the answer}</c>, or such objects one a line.</param>
    /// <exception cref="FormatException">One of them is not like that; the message is a sentence that says which.</exception>
    public static IReadOnlyList<PromptExample> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().TrimStart() is ['[', ..] ? ParseArray(text) : ParseLines(text);
    }

    private static List<PromptExample> ParseArray(string text)
    {
        var examples = new List<PromptExample>();
        foreach (var node in (JsonArray)Node(text, "The examples are")!) examples.Add(Example(node, $"Example {examples.Count + 1}"));
        return examples;
    }

    private static List<PromptExample> ParseLines(string text)
    {
        var examples = new List<PromptExample>();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            string where = $"Line {++number}";
            if (!string.IsNullOrWhiteSpace(line)) examples.Add(Example(Node(line, where + " is"), where));
        }

        return examples;
    }

    private static PromptExample Example(JsonNode? node, string where) =>
        node is JsonObject example && example["input"] is JsonObject or JsonValue && example["output"] is JsonValue output && output.TryGetValue(out string? answer)
            ? new PromptExample(example["input"]!.DeepClone(), answer)
            : throw new FormatException($"{where} should look like {Shape}.");

    private static JsonNode? Node(string json, string what)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Strict);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{what} no JSON: {e.Message}", e);
        }
    }
}
