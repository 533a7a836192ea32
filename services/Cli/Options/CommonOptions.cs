using System.CommandLine;

namespace BatchInfer.Cli.Options;

/// <summary>Options and arguments that many commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "JSON lines on standard output, for scripts" };

    public static Argument<string> Job() => new("job") { Description = "Id of the job" };

    public static Option<int> Limit(int otherwise) => new("--limit")
    {
        Description = $"Rows at most [{otherwise}]",
        DefaultValueFactory = _ => otherwise,
        HelpName = "n",
    };

    public static Guid ParseJob(string? text) =>
        Guid.TryParse(text, out var id) ? id : throw CliException.BadInput($"'{text}' is no job id; 'batchinfer jobs' lists them.");
}
