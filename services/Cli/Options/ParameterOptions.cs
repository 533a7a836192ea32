using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>
/// The parameters of all tasks as options: <c>--top-k 3</c> for each by its name, and <c>--param top_k=3</c> for scripts. The
/// catalog of tasks says which there are and what help they have.
/// </summary>
internal sealed class ParameterOptions
{
    private readonly Option<string[]> _pairs = new("--param") { Description = "A parameter by its name in the API, e.g. max_length=128; may be repeated", HelpName = "name=value" };
    private readonly List<(string Name, Option<string?> Option)> _named = [];

    public ParameterOptions()
    {
        var byName = TaskCatalog.Tasks.SelectMany(t => t.Value.Parameters.Select(p => (Task: t.Key, Parameter: p))).GroupBy(p => p.Parameter.Name, StringComparer.Ordinal);
        foreach (var parameter in byName.OrderBy(g => g.Key, StringComparer.Ordinal)) _named.Add((parameter.Key, Create([.. parameter])));
    }

    public void AddTo(Command command)
    {
        command.Add(_pairs);
        foreach (var (_, option) in _named) command.Add(option);
    }

    /// <summary>The parameters given, or null when there are none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="task">The task, which they are checked against, or null when it is the model's own.</param>
    public JsonObject? Read(ParseResult parsed, string? task)
    {
        var parameters = ParsePairs(parsed.GetValue(_pairs)) ?? [];
        foreach (var (name, option) in _named)
        {
            if (parsed.GetResult(option) is not { Implicit: false }) continue;
            if (parameters.ContainsKey(name)) throw CliException.BadInput($"{option.Name} and --param {name} say the same; give one of them.");
            // A flag alone means yes.
            parameters[name] = ParseValue(name, parsed.GetValue(option) ?? "true");
        }

        if (task is null) return parameters.Count > 0 ? parameters : null;
        if (!TaskCatalog.Tasks.ContainsKey(task))
            throw CliException.BadInput($"'{task}' is no task; the tasks are: {string.Join(", ", TaskCatalog.Tasks.Keys)}.");
        foreach (var (name, problem) in TaskCatalog.Validate(task, InferenceParameters.From(parameters)))
            throw CliException.BadInput($"{OptionName(name)} {problem.TrimEnd('.')}.");
        return parameters.Count > 0 ? parameters : null;
    }

    /// <summary>Reads <c>name=value</c> pairs: a number, true or false counts as such where the parameter takes one, anything else as text.</summary>
    public static JsonObject? ParsePairs(string[]? pairs)
    {
        if (pairs is null or []) return null;
        var parameters = new JsonObject();
        foreach (string pair in pairs)
        {
            var (name, value) = JobOptions.Split("--param", pair);
            if (!parameters.TryAdd(name, ParseValue(name, value))) throw CliException.BadInput($"--param {name} is given twice; give one of them.");
        }

        return parameters;
    }

    private static Option<string?> Create(List<(string Task, ParameterSpec Parameter)> uses)
    {
        var parameter = uses[0].Parameter;
        string tasks = uses.Count == TaskCatalog.Tasks.Count ? "" : $" ({string.Join(", ", uses.Select(u => u.Task))})";
        return new Option<string?>(OptionName(parameter.Name))
        {
            Description = parameter.Help.TrimEnd('.') + tasks,
            HelpName = parameter.Kind switch { ParameterKind.WholeNumber => "n", ParameterKind.Number => "x", ParameterKind.Flag => "true|false", ParameterKind.TextList => "a,b,…", ParameterKind.ExactTexts => "text", _ => "value" },
            Arity = parameter.Kind == ParameterKind.Flag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
    }

    private static string OptionName(string parameter) => "--" + parameter.Replace('_', '-');

    // As text where the parameter takes a text; else as the number, truth value or list that it reads as.
    private static JsonNode ParseValue(string name, string value)
    {
        ParameterSpec[] specs = [.. TaskCatalog.Tasks.Values.Select(t => t.Find(name)).OfType<ParameterSpec>()];
        var text = JsonValue.Create(value);
        if (!value.StartsWith('[') && Array.Exists(specs, s => s.Kind is ParameterKind.Text or ParameterKind.TextList or ParameterKind.ExactTexts && s.Check(text) is null)) return text;
        try
        {
            var node = JsonNode.Parse(value);
            if (node is JsonArray && specs.Length > 0) return node;
            if (node is JsonValue scalar && scalar.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) return scalar;
        }
        catch (JsonException)
        {
            // Plain text, as most values are.
        }

        return text;
    }
}
