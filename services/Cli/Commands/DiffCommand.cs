using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer diff`.</summary>
internal static class DiffCommand
{
    public static Command Create(CliEnvironment env)
    {
        var old = new Argument<string>("old") { Description = "NAME, or NAME@REVISION" };
        var @new = new Argument<string>("new") { Description = "Another one" };
        var job = new Option<string?>("--job") { Description = "Over the inputs of this job [all that the old one predicted]", HelpName = "id" };
        var task = new Option<string?>("--task") { Description = "Only predictions of this task", HelpName = "task" };
        var limit = CommonOptions.Limit(100_000);
        var worst = new Option<int>("--worst") { Description = "Inputs that differ most to show [5]", DefaultValueFactory = _ => 5, HelpName = "n" };
        var command = RemoteCommand.Create(env, "diff", "Shows how the stored predictions of two revisions differ; computes nothing", async (call, ct) =>
        {
            var diff = await call.Client.DiffAsync(
                call.Parsed.GetRequiredValue(old), call.Parsed.GetRequiredValue(@new),
                call.Parsed.GetValue(job) is { } id ? CommonOptions.ParseJob(id) : null,
                call.Parsed.GetValue(task), call.Parsed.GetValue(limit), Math.Clamp(call.Parsed.GetValue(worst), 0, 1000), ct);
            if (call.Json) env.WriteJson(diff);
            else Write(env, diff);
            return ExitCodes.Done;
        });
        foreach (var argument in (Argument[])[old, @new]) command.Add(argument);
        foreach (Option option in (Option[])[job, task, limit, worst]) command.Add(option);
        return command;
    }

    private static void Write(CliEnvironment env, DiffResource diff)
    {
        var coverage = new TableView("inputs", Numbers.Count(diff.Inputs))
            .Add("predicted by the new one too", $"{Numbers.Count(diff.Covered)} ({Numbers.Share(diff.Coverage)})");
        if (diff.JobId is not null) coverage.Add("only by the new one", Numbers.Count(diff.OnlyNew));
        coverage.Write(env);
        ComparisonViews.WriteTables(env, new Comparison(
            Side(diff.Old, diff.JobId), Side(diff.New, diff.JobId), diff.Comparison,
            [.. diff.WorstInputs.Select(i => i.InputPair is null ? i.Input : $"{i.Input} | {i.InputPair}")]));
        if (!diff.Complete) env.Say("There are more inputs; --limit says how many are looked at. Without --job they are as good as drawn at random.");
    }

    private static ComparedSide Side(DiffSide side, Guid? job) => new(side.Model, job ?? Guid.Empty, side.Revision, side.SizeBytes, 0, null);
}
