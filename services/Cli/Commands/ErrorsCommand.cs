using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;

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
            var table = new TableView("line", "id", "code", "message");
            await foreach (var row in call.Client.ReadErrorsAsync(job, call.Parsed.GetValue(limit), ct))
            {
                if (call.Json) env.WriteJson(row);
                else table.Add(row.Line.ToString(CultureInfo.InvariantCulture), row.CustomId, row.Code, row.Message);
            }

            if (!call.Json) table.Write(env);
            return ExitCodes.Done;
        });
        command.Add(id);
        command.Add(limit);
        return command;
    }
}
