using System.CommandLine;
using BatchInfer.Cli.Exporting;
using BatchInfer.Cli.Following;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer export`.</summary>
internal static class ExportCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var output = new Option<string?>("--output", "-o") { Description = "File, s3://bucket/key or az://container/blob [standard output]", HelpName = "file" };
        var format = new Option<string?>("--format") { Description = "jsonl, csv or parquet [by the output's name, else jsonl]", HelpName = "format" };
        var compression = new Option<string?>("--compression") { Description = "none, gzip or zstd [by the output's name]", HelpName = "kind" };
        var input = new Option<bool>("--with-input") { Description = "The corpus' own columns beside each prediction" };
        var resume = new Option<bool>("--resume") { Description = "Write part after part, and go on with a file that broke off" };
        var errors = new Option<bool>("--errors") { Description = "The error rows instead of the predictions: jsonl or csv" };
        var command = RemoteCommand.Create(env, "export", "Writes a job's predictions in input order: JSON lines, CSV or Parquet", async (call, ct) =>
        {
            var job = CommonOptions.ParseJob(call.Parsed.GetValue(id));
            string target = call.Parsed.GetValue(output) ?? OutputFile.StandardOutput;
            var settings = ExportFile.Resolve(call.Parsed.GetValue(format), call.Parsed.GetValue(compression), call.Parsed.GetValue(input), target);
            var remote = ExportTargets.Find(env, target);
            bool parts = call.Parsed.GetValue(resume), errorRows = call.Parsed.GetValue(errors);
            if (remote is not null && errorRows) throw CliException.BadInput("--errors writes to a file or to standard output.");
            if (errorRows) ErrorExport.Check(settings);
            await using var file = remote is null ? await OutputFile.OpenAsync(env, target, ct) : null;
            if (parts && (file?.Path is null || errorRows)) throw CliException.BadInput("--resume goes on with a file: name one with --output.");

            // Asked first, so that a job that does not exist leaves no file behind.
            var resource = await call.Client.GetJobAsync(job, ct);
            if (parts && !resource.Status.IsFinal())
                throw CliException.BadInput($"The job is still {JobViews.Name(resource.Status)}: what comes later would be missing in the parts that are there. Wait for its end.");
            SayWhatIsMissing(env, resource);

            long? rows = resource.Status is JobStatus.Completed ? JobPace.Done(resource.Counts) : null;
            if (file is null) await ExportTargets.WriteAsync(remote!, target, call.Client, job, settings, ct);
            else if (parts) await new ResumableExport(call.Client, env).WriteAsync(job, settings, file, ct);
            else if (errorRows) await file.WriteAsync(async (stream, c) => rows = await ErrorExport.WriteAsync(call.Client, job, settings, stream, c), ct);
            else await file.WriteAsync((stream, c) => ExportFile.CopyAsync(call.Client, job, settings, stream, c), ct);
            if (file is not { IsStandardOutput: true }) SayWhatIsWritten(env, call.Json, new Written(job, target, rows, errorRows, settings));
            return ExitCodes.Done;
        });
        command.Add(id);
        foreach (Option option in (Option[])[output, format, compression, input, resume, errors]) command.Add(option);
        return command;
    }

    private static void SayWhatIsMissing(CliEnvironment env, JobResource job)
    {
        if (job.Status is JobStatus.Completed) return;
        string still = job.Status.IsFinal() ? "" : "still ", done = Numbers.Count(JobPace.Done(job.Counts)), all = Numbers.Count(job.Counts.Total);
        env.Say($"The job is {still}{JobViews.Name(job.Status)}: {done} of its {all} records are done; the export has no others.");
    }

    private static void SayWhatIsWritten(CliEnvironment env, bool json, Written written)
    {
        var settings = written.Settings;
        if (json)
        {
            env.WriteJson(new { written.JobId, written.Output, written.Rows, settings.Format, settings.Compression });
            return;
        }

        string rows = (written.Errors ? "error row" : "row") + (written.Rows == 1 ? "" : "s");
        env.Say($"{(written.Rows is { } n ? $"{Numbers.Count(n)} {rows}" : "The rows were")} written to {written.Output} ({ExportFile.Describe(settings)}).");
    }

    /// <summary>An export that has been made.</summary>
    /// <param name="JobId">Of which job.</param>
    /// <param name="Output">Where it is.</param>
    /// <param name="Rows">Rows in it; null where the job's counts do not tell: of a job that was cut off, shards may be stored in part.</param>
    /// <param name="Errors">Whether they are error rows.</param>
    /// <param name="Settings">Its format.</param>
    private sealed record Written(Guid JobId, string Output, long? Rows, bool Errors, ExportSettings Settings);
}
