using System.CommandLine;
using BatchInfer.Cli.Options;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer retry`.</summary>
internal static class RetryCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var watch = new Option<bool>("--watch") { Description = "Follow the new job to its end" };
        var command = RemoteCommand.Create(env, "retry", "Runs the failed records of an ended job again, as a new job", async (call, ct) =>
        {
            var retry = await call.Client.RetryFailedAsync(CommonOptions.ParseJob(call.Parsed.GetValue(id)), ct);
            if (call.Parsed.GetValue(watch)) return await WatchCommand.FollowAsync(env, call.Client, retry, call.Json, ct);
            if (call.Json) env.WriteJson(retry);
            else env.Out.WriteLine(retry.Id);
            return ExitCodes.Done;
        });
        command.Add(id);
        command.Add(watch);
        return command;
    }
}
