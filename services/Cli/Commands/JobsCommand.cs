using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer jobs`.</summary>
internal static class JobsCommand
{
    public static Command Create(CliEnvironment env)
    {
        var limit = CommonOptions.Limit(20);
        var command = RemoteCommand.Create(env, "jobs", "Lists jobs, newest first", async (call, ct) =>
        {
            var jobs = new List<JobResource>();
            await foreach (var job in call.Client.ReadJobsAsync(call.Parsed.GetValue(limit), ct))
            {
                if (call.Json) env.WriteJson(job);
                else jobs.Add(job);
            }

            if (!call.Json) JobViews.WriteList(env, jobs);
            return ExitCodes.Done;
        });
        command.Add(limit);
        return command;
    }
}
