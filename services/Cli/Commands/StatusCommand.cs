using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer status`.</summary>
internal static class StatusCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var command = RemoteCommand.Create(env, "status", "Shows one job", async (call, ct) =>
        {
            var job = await call.Client.GetJobAsync(CommonOptions.ParseJob(call.Parsed.GetValue(id)), ct);
            if (call.Json) env.WriteJson(job);
            else JobViews.WriteOne(env, job);
            return ExitCodes.Done;
        });
        command.Add(id);
        return command;
    }
}
