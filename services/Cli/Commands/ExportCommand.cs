using System.CommandLine;
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
        var output = new Option<string?>("--output", "-o") { Description = "File to write [standard output]", HelpName = "file" };
        var errors = new Option<bool>("--errors") { Description = "The error rows instead of the predictions" };
        var command = RemoteCommand.Create(env, "export", "Writes a job's predictions as JSON lines, in input order", async (call, ct) =>
        {
            var job = CommonOptions.ParseJob(call.Parsed.GetValue(id));
            string target = call.Parsed.GetValue(output) ?? OutputFile.StandardOutput;
            OutputFile.Check(target);
            // Asked first, so that a job that does not exist leaves no file behind.
            var resource = await call.Client.GetJobAsync(job, ct);
            if (!resource.Status.IsFinal()) env.Say($"The job is still {JobViews.Name(resource.Status)}; this is what it has so far.");
            if (call.Parsed.GetValue(errors)) await OutputFile.WriteAsync(env, target, (stream, c) => ErrorsAsync(call.Client, job, stream, c), ct);
            else await OutputFile.WritePredictionsAsync(env, call.Client, job, target, ct);
            if (call.Json && target != OutputFile.StandardOutput) env.WriteJson(new { jobId = job, output = target });
            return ExitCodes.Done;
        });
        command.Add(id);
        command.Add(output);
        command.Add(errors);
        return command;
    }

    private static async Task ErrorsAsync(BatchInferClient client, Guid job, Stream stream, CancellationToken ct)
    {
        await foreach (var row in Pages.ReadAsync((cursor, n) => client.ListErrorsAsync(job, cursor, n, ct), long.MaxValue, ct))
        {
            await System.Text.Json.JsonSerializer.SerializeAsync(stream, row, ApiJson.Options, ct);
            stream.WriteByte((byte)'\n');
        }
    }
}
