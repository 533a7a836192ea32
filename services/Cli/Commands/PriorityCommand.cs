using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer priority`.</summary>
internal static class PriorityCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var priority = new Argument<int>("priority") { Description = "Share beside other jobs, 1 to 100" };
        var command = RemoteCommand.Create(env, "priority", "Changes a job's share of the workers while it runs", async (call, ct) =>
        {
            var update = new JobUpdate { Priority = call.Parsed.GetValue(priority) };
            JobViews.WriteStatus(env, await call.Client.UpdateJobAsync(CommonOptions.ParseJob(call.Parsed.GetValue(id)), update, ct), call.Json);
            return ExitCodes.Done;
        });
        command.Add(id);
        command.Add(priority);
        return command;
    }
}
