using System.CommandLine;
using BatchInfer.Cli.Exporting;
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
        var errors = new Option<bool>("--errors") { Description = "The error rows instead of the predictions" };
        var command = RemoteCommand.Create(env, "export", "Writes a job's predictions in input order: JSON lines, CSV or Parquet", async (call, ct) =>
        {
            var job = CommonOptions.ParseJob(call.Parsed.GetValue(id));
            string target = call.Parsed.GetValue(output) ?? OutputFile.StandardOutput;
            var settings = ExportFile.Resolve(call.Parsed.GetValue(format), call.Parsed.GetValue(compression), call.Parsed.GetValue(input), target);
            var remote = ExportTargets.Find(env, target);
            bool parts = call.Parsed.GetValue(resume), errorRows = call.Parsed.GetValue(errors);
            if (remote is null) OutputFile.Check(target);
            if (parts && (remote is not null || errorRows || target == OutputFile.StandardOutput)) throw CliException.BadInput("--resume goes on with a file: name one with --output.");
            if (remote is not null && errorRows) throw CliException.BadInput("--errors writes to a file or to standard output.");

            // Asked first, so that a job that does not exist leaves no file behind.
            var resource = await call.Client.GetJobAsync(job, ct);
            if (!resource.Status.IsFinal())
            {
                if (parts) throw CliException.BadInput($"The job is still {JobViews.Name(resource.Status)}: what comes later would be missing in the parts that are there. Wait for its end.");
                env.Say($"The job is still {JobViews.Name(resource.Status)}; this is what it has so far.");
            }

            if (remote is not null) await ExportTargets.WriteAsync(remote, target, call.Client, job, settings, ct);
            else if (parts) await new ResumableExport(call.Client, env).WriteAsync(job, settings, target, ct);
            else if (errorRows) await OutputFile.WriteAsync(env, target, (stream, c) => ErrorsAsync(call.Client, job, stream, c), ct);
            else await OutputFile.WriteAsync(env, target, (stream, c) => ExportFile.CopyAsync(call.Client, job, settings, stream, c), ct);
            if (call.Json && target != OutputFile.StandardOutput) env.WriteJson(new { jobId = job, output = target });
            return ExitCodes.Done;
        });
        command.Add(id);
        foreach (Option option in (Option[])[output, format, compression, input, resume, errors]) command.Add(option);
        return command;
    }

    private static async Task ErrorsAsync(BatchInferClient client, Guid job, Stream stream, CancellationToken ct)
    {
        await foreach (var row in client.ReadErrorsAsync(job, ct: ct))
        {
            await System.Text.Json.JsonSerializer.SerializeAsync(stream, row, ApiJson.Options, ct);
            stream.WriteByte((byte)'\n');
        }
    }
}
