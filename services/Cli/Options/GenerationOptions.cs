using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>Parameters of generation as options of their own, e.g. <c>--max-new-tokens 64</c> for <c>--param max_new_tokens=64</c>.</summary>
internal sealed class GenerationOptions
{
    private readonly List<(ParameterSpec Parameter, Option<string?> Option)> _options =
        [.. TaskCatalog.Tasks[TaskNames.TextGeneration].Parameters
            .Where(p => p.Kind is ParameterKind.WholeNumber or ParameterKind.Number or ParameterKind.Flag && p.Name != TaskCatalog.MaxLength)
            .Select(p => (p, new Option<string?>("--" + p.Name.Replace('_', '-')) { Description = p.Help, HelpName = "value", Arity = ArgumentArity.ExactlyOne }))];

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _options) command.Add(option);
    }

    /// <summary>Adds those that were given to the parameters.</summary>
    public JsonObject? Read(ParseResult parsed, JsonObject? parameters)
    {
        foreach (var (parameter, option) in _options)
        {
            if (parsed.GetValue(option) is not { } text) continue;
            parameters ??= [];
            if (parameters.ContainsKey(parameter.Name)) throw CliException.BadInput($"{option.Name} and --param {parameter.Name} say the same; give one of the two.");
            JsonNode value = Value(text);
            if (parameter.Check(value) is { } problem) throw CliException.BadInput($"{option.Name} {problem}.");
            parameters[parameter.Name] = value;
        }

        return parameters;
    }

    private static JsonNode Value(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int whole) ? whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : bool.TryParse(text, out bool flag) ? flag
        : text.Contains(',', StringComparison.Ordinal) ? new JsonArray([.. text.Split(',').Select(Value)])
        : text;
}
