using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer retention`.</summary>
internal static class RetentionCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string?>("--model") { Description = "NAME@REVISION, or NAME for every revision of it [all models]", HelpName = "model" };
        var age = new Option<string?>("--older-than") { Description = "Only what is older, e.g. 90d or 12h; without it the revision that a name stands for is kept", HelpName = "age" };
        var keepJobs = new Option<bool>("--keep-jobs") { Description = "Delete no jobs, only predictions that no job names any more" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Count what would go; predictions that just those jobs name are not counted" };
        var command = RemoteCommand.Create(env, "retention", "Deletes ended jobs and predictions that no kept job names, by model or age", async (call, ct) =>
        {
            var request = new RetentionRequest
            {
                Model = call.Parsed.GetValue(model), OlderThanDays = Days(call.Parsed.GetValue(age)),
                Jobs = !call.Parsed.GetValue(keepJobs), DryRun = call.Parsed.GetValue(dryRun),
            };
            if (request.Model is null && request.OlderThanDays is null) throw CliException.BadInput("Say what shall go: --model, --older-than, or both.");
            var (jobs, examined, deleted, skipped) = (0, 0L, 0L, new SortedSet<string>(StringComparer.Ordinal));
            do
            {
                // The server works a few seconds a step; interrupted, what is gone is gone and the rest is for the next time.
                var step = await call.Client.RetainAsync(request, ct);
                (jobs, examined, deleted) = (jobs + step.JobsDeleted, examined + step.PredictionsExamined, deleted + step.PredictionsDeleted);
                skipped.UnionWith(step.Skipped);
                request = request with { Cursor = step.Cursor };
            }
            while (request.Cursor is not null);

            if (call.Json) env.WriteJson(new { jobsDeleted = jobs, predictionsExamined = examined, predictionsDeleted = deleted, skipped, request.DryRun });
            else
                new TableView("", request.DryRun ? "would go" : "deleted").Add("jobs", Numbers.Count(jobs))
                    .Add("predictions", $"{Numbers.Count(deleted)} of {Numbers.Count(examined)}").Write(env);
            foreach (string revision in skipped) env.Say($"Revision {ModelReference.Abbreviate(revision)} was left alone: jobs on it are under way.");
            if (request.OlderThanDays is null) env.Say("The revision that the name stands for was left alone; with --older-than it is not.");
            return ExitCodes.Done;
        });
        foreach (Option option in (Option[])[model, age, keepJobs, dryRun]) command.Add(option);
        return command;
    }

    private static double? Days(string? text)
    {
        if (text is null) return null;
        double? unit = text.Length > 1 ? text[^1] switch { 'd' => 1, 'h' => 1 / 24.0, 'w' => 7, _ => null } : null;
        return unit is { } days && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? number * days
            : throw CliException.BadInput($"--older-than '{text}' should be a number with h, d or w behind it, e.g. 90d.");
    }
}
