using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer errors`.</summary>
internal static class ErrorsCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var limit = CommonOptions.Limit(100);
        var command = RemoteCommand.Create(env, "errors", "Lists the records of a job that have no prediction, and why", async (call, ct) =>
        {
            var job = CommonOptions.ParseJob(call.Parsed.GetValue(id));
            var rows = new List<ErrorLine>();
            await foreach (var row in call.Client.ReadErrorsAsync(job, call.Parsed.GetValue(limit), ct))
            {
                if (call.Json) env.WriteJson(row);
                else rows.Add(row);
            }

            if (!call.Json) JobViews.WriteErrors(env, rows);
            return ExitCodes.Done;
        });
        command.Add(id);
        command.Add(limit);
        return command;
    }
}
