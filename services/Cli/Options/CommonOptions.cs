using System.CommandLine;

namespace BatchInfer.Cli.Options;

/// <summary>Options and arguments that many commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "JSON lines on standard output, for scripts" };

    public static Argument<string> Job() => new("job") { Description = "Id of the job" };

    public static Option<int> Limit(int otherwise)
    {
        var limit = new Option<int>("--limit") { Description = $"Rows at most [{otherwise}]", DefaultValueFactory = _ => otherwise, HelpName = "n" };
        limit.Validators.Add(result =>
        {
            // A value that is no number has its error already, and none of its own to read.
            if (result.Errors.Any() || !int.TryParse(result.Tokens.Count > 0 ? result.Tokens[0].Value : "1", out int n)) return;
            if (n < 1) result.AddError("--limit must be at least 1.");
        });
        return limit;
    }

    public static Guid ParseJob(string? text) =>
        Guid.TryParse(text, out var id) ? id : throw CliException.BadInput($"'{text}' is no job id; 'batchinfer jobs' lists them.");
}
