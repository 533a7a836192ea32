using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>Names of the tasks that BatchInfer runs, as Hugging Face names them.</summary>
public static class TaskNames
{
    /// <summary>Labels with scores for a text or a pair of texts.</summary>
    public const string TextClassification = "text-classification";

    /// <summary>One embedding vector for a text.</summary>
    public const string FeatureExtraction = "feature-extraction";
}

/// <summary>One parameter of a task: its name and the values it takes.</summary>
/// <param name="Name">Name in the job's <c>parameters</c>.</param>
/// <param name="Help">What it does and which values it takes, one sentence.</param>
/// <param name="Check">Returns null for a good value, else what is wrong with it.</param>
public sealed record ParameterSpec(string Name, string Help, Func<JsonNode, string?> Check);

/// <summary>Which parameters each task takes. Submit checks against it; what is not named here is refused by name.</summary>
public static class TaskCatalog
{
    private static readonly ParameterSpec MaxLength = new("max_length",
        "Longest input in tokens, special tokens included; longer inputs are cut.", v => Int(v, 4, 1_048_576));

    /// <summary>Every task with its parameters.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<ParameterSpec>> Tasks { get; } =
        new Dictionary<string, IReadOnlyList<ParameterSpec>>(StringComparer.Ordinal)
        {
            [TaskNames.TextClassification] =
            [
                MaxLength,
                new("function", "softmax (one label) or sigmoid (each label by itself).", v => OneOf(v, "softmax", "sigmoid")),
            ],
            [TaskNames.FeatureExtraction] =
            [
                MaxLength,
                new("pooling", "mean, cls or max over the tokens.", v => OneOf(v, "mean", "cls", "max")),
                new("normalize", "true scales the vector to length 1.", v => v.GetValueKind() is System.Text.Json.JsonValueKind.True
                    or System.Text.Json.JsonValueKind.False ? null : "must be true or false"),
            ],
        };

    /// <summary>Checks parameters against a task.</summary>
    /// <returns>Pairs of parameter name and what is wrong with it; empty when all is well.</returns>
    public static IEnumerable<(string Name, string Problem)> Validate(string task, InferenceParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var specs = Tasks[task];
        foreach (string name in parameters.Names)
        {
            var spec = specs.FirstOrDefault(s => s.Name == name);
            string? problem = spec is null
                ? $"is not a parameter of {task}; it takes: {string.Join(", ", specs.Select(s => s.Name))}"
                : spec.Check(parameters.Get(name)!);
            if (problem is not null) yield return (name, problem);
        }
    }

    private static string? Int(JsonNode value, int min, int max) =>
        value is JsonValue v && v.TryGetValue(out int n) && n >= min && n <= max ? null : $"must be a whole number from {min} to {max}";

    private static string? OneOf(JsonNode value, params string[] choices) =>
        value is JsonValue v && v.TryGetValue(out string? s) && choices.Contains(s) ? null : $"must be one of: {string.Join(", ", choices)}";
}
