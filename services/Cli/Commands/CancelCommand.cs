using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer cancel`.</summary>
internal static class CancelCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var command = RemoteCommand.Create(env, "cancel", "Stops a job; what is predicted is kept", async (call, ct) =>
        {
            var job = await call.Client.CancelJobAsync(CommonOptions.ParseJob(call.Parsed.GetValue(id)), ct);
            JobViews.WriteStatus(env, job, call.Json);
            return ExitCodes.Done;
        });
        command.Add(id);
        return command;
    }
}
