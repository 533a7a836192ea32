using System.CommandLine;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>How prompts are made.</summary>
internal sealed class PromptOptions
{
    private readonly Option<string?> _template = new("--template") { Description = "Liquid template of the prompt, e.g. 'Translate: {{ text }}', or @file", HelpName = "text" };
    private readonly Option<string?> _system = new("--system") { Description = "Text before everything, or @file", HelpName = "text" };
    private readonly Option<string?> _examples = new("--examples") { Description = "A file of JSON lines {\"input\": a record or a text, \"output\": the answer}, or a JSON array of them as it stands here", HelpName = "file-or-json" };
    private readonly Option<bool> _chat = new("--chat") { Description = "Put them together by the model's own chat template" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_template, _system, _examples, _chat]) command.Add(option);
    }

    /// <summary>The prompt asked for, or null.</summary>
    public PromptSpec? Read(ParseResult parsed)
    {
        string? template = Text("--template", parsed.GetValue(_template)), system = Text("--system", parsed.GetValue(_system));
        var examples = parsed.GetValue(_examples) is { } said ? ReadExamples(said) : null;
        bool chat = parsed.GetValue(_chat);
        return template is null && system is null && examples is null && !chat
            ? null
            : new PromptSpec { Template = template, System = system, Examples = examples, Chat = chat };
    }

    private static string? Text(string option, string? value) => value is ['@', .. var path] ? ReadFile(option, path) : value;

    // No file that anyone means is named like JSON.
    private static IReadOnlyList<PromptExample> ReadExamples(string value)
    {
        bool isInline = value.AsSpan().TrimStart() is ['[' or '{', ..];
        try
        {
            return PromptExamples.Parse(isInline ? value : ReadFile("--examples", value));
        }
        catch (FormatException e)
        {
            throw CliException.BadInput(isInline ? $"--examples: {e.Message}" : $"--examples '{value}': {e.Message}");
        }
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
