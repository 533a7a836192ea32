using System.CommandLine;

namespace BatchInfer.Cli.Options;

/// <summary>Which option of a command stands for a field of the API's requests: who types options is told of those.</summary>
internal static class RequestFields
{
    private static readonly string[] Corpus = ["--file-id", "--input"], Prompt = ["--template", "--system", "--examples", "--chat"];

    /// <summary>Name of the option that the command has for a field: one that was given, where several could be meant; null where it has none.</summary>
    public static string? OptionOf(string? field, ParseResult parsed)
    {
        if (field is null) return null;
        var command = parsed.CommandResult.Command;
        var options = Names(field).Select(name => command.Options.FirstOrDefault(o => o.Name == name)).OfType<Option>().ToList();
        return (options.Find(o => parsed.GetResult(o) is { Implicit: false }) ?? options.FirstOrDefault())?.Name;
    }

    private static string[] Names(string field) => field switch
    {
        "input" or "input.file_id" or "input.url" or "file" or "url" => Corpus,
        "input.format" => ["--format"],
        "deadline_seconds" => ["--deadline"],
        "prompt" => Prompt,
        _ when field.StartsWith("metadata.", StringComparison.Ordinal) => ["--metadata"],
        _ => ["--" + field[(field.IndexOf('.', StringComparison.Ordinal) + 1)..].Replace('_', '-').ToLowerInvariant()],
    };
}
