using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>How prompts are made.</summary>
internal sealed class PromptOptions
{
    private readonly Option<string?> _template = new("--template") { Description = "Liquid template of the prompt, e.g. 'Translate: {{ text }}', or @file", HelpName = "text" };
    private readonly Option<string?> _system = new("--system") { Description = "Text before everything, or @file", HelpName = "text" };
    private readonly Option<string?> _examples = new("--examples") { Description = "JSON lines {\"input\": a record or a text, \"output\": the answer}", HelpName = "file" };
    private readonly Option<bool> _chat = new("--chat") { Description = "Put them together by the model's own chat template" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_template, _system, _examples, _chat]) command.Add(option);
    }

    /// <summary>The prompt asked for, or null.</summary>
    public PromptSpec? Read(ParseResult parsed)
    {
        string? template = Text("--template", parsed.GetValue(_template)), system = Text("--system", parsed.GetValue(_system));
        var examples = parsed.GetValue(_examples) is { } path ? ReadExamples(path) : null;
        bool chat = parsed.GetValue(_chat);
        return template is null && system is null && examples is null && !chat
            ? null
            : new PromptSpec { Template = template, System = system, Examples = examples, Chat = chat };
    }

    private static string? Text(string option, string? value) => value is ['@', .. var path] ? ReadFile(option, path) : value;

    private static List<PromptExample> ReadExamples(string path)
    {
        var examples = new List<PromptExample>();
        int number = 0;
        foreach (string line in ReadFile("--examples", path).Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                if (JsonNode.Parse(line) is JsonObject example && example["input"] is { } input && example["output"] is JsonValue output && output.TryGetValue(out string? answer))
                {
                    examples.Add(new PromptExample(input.DeepClone(), answer));
                    continue;
                }
            }
            catch (JsonException e)
            {
                throw CliException.BadInput($"--examples '{path}', line {number}, is no JSON: {e.Message}");
            }

            throw CliException.BadInput($"--examples '{path}', line {number}, should look like {{\"input\": …, \"output\": \"…\"}}.");
        }

        return examples;
    }

    private static string ReadFile(string option, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"{option} cannot be read: {e.Message}");
        }
    }
}
