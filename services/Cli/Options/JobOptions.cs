using System.CommandLine;
using System.Globalization;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>What `run` and `submit` both say of a job.</summary>
internal sealed class JobOptions
{
    private readonly Option<string?> _task = new("--task") { Description = "Task [the model's own]", HelpName = "task" };
    private readonly Option<string?> _textField = new("--text-field") { Description = "Field or column of the text [text]", HelpName = "field" };
    private readonly Option<string?> _textPairField = new("--text-pair-field") { Description = "Field or column of a pair's second text", HelpName = "field" };
    private readonly Option<string?> _idField = new("--id-field") { Description = "Field or column of the record's id [its line number]", HelpName = "field" };
    private readonly Option<string?> _format = new("--format") { Description = "jsonl, csv or text [by the file's name]", HelpName = "format" };
    private readonly ParameterOptions _parameters = new();
    private readonly Option<int?> _priority = new("--priority") { Description = "Share beside other jobs, 1 to 100 [10]", HelpName = "n" };
    private readonly Option<string?> _errorThreshold = new("--error-threshold")
    {
        Description = "Error rows beyond which the job stops early: a count, or a share such as 5% [any number]", HelpName = "n-or-share",
    };
    private readonly Option<int?> _deadline = new("--deadline") { Description = "Seconds after which the job expires, keeping what it has [never]", HelpName = "seconds" };
    private readonly Option<string[]> _metadata = new("--metadata") { Description = "A string of your own, kept with the job; may be repeated", HelpName = "key=value" };

    private readonly PromptOptions _prompt = new();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_task, _textField, _textPairField, _idField, _format, _priority, _errorThreshold, _deadline, _metadata]) command.Add(option);
        _parameters.AddTo(command);
        _prompt.AddTo(command);
    }

    /// <summary>The request but for its model and input.</summary>
    public JobRequest Read(ParseResult parsed)
    {
        string? task = parsed.GetValue(_task);
        var parameters = _parameters.Read(parsed, task);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in parsed.GetValue(_metadata) ?? [])
        {
            var (key, value) = Split("--metadata", pair);
            metadata[key] = value;
        }

        return new JobRequest
        {
            Task = task,
            TextField = parsed.GetValue(_textField),
            TextPairField = parsed.GetValue(_textPairField),
            IdField = parsed.GetValue(_idField),
            Parameters = parameters,
            Prompt = _prompt.Read(parsed),
            Priority = parsed.GetValue(_priority),
            ErrorThreshold = ParseThreshold(parsed.GetValue(_errorThreshold)),
            DeadlineSeconds = parsed.GetValue(_deadline),
            Metadata = metadata.Count > 0 ? metadata : null,
        };
    }

    /// <summary>The format said or told by the name of <paramref name="path"/>.</summary>
    public RecordFormat ReadFormat(ParseResult parsed, string path) => InputFormat.Resolve(parsed.GetValue(_format), path);

    /// <summary>The format said, or null.</summary>
    public RecordFormat? ReadSaidFormat(ParseResult parsed) =>
        parsed.GetValue(_format) is { } said ? InputFormat.Resolve(said, "") : null;

    private static double? ParseThreshold(string? text)
    {
        if (text is null) return null;
        bool percent = text.EndsWith('%');
        if (!double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || !(value >= 0) || (percent && value >= 100))
            throw CliException.BadInput($"--error-threshold '{text}' is neither a count of error rows nor a share below 1 or 100%.");
        return percent ? value / 100 : value;
    }

    internal static (string Name, string Value) Split(string option, string pair)
    {
        int at = pair.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (pair[..at], pair[(at + 1)..]) : throw CliException.BadInput($"{option} '{pair}' should look like name=value.");
    }
}
