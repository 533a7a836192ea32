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
        command.Add(CreateDelete(env));
        return command;
    }

    private static Command CreateDelete(CliEnvironment env)
    {
        var ids = new Argument<string[]>("job") { Description = "Ids of jobs that are over", Arity = ArgumentArity.OneOrMore };
        var command = RemoteCommand.Create(env, "delete", "Deletes jobs with their records; their predictions stay, until 'batchinfer retention' finds that no job names them", async (call, ct) =>
        {
            foreach (string text in call.Parsed.GetRequiredValue(ids))
            {
                var id = CommonOptions.ParseJob(text);
                await call.Client.DeleteJobAsync(id, ct);
                if (call.Json) env.WriteJson(new { id, deleted = true });
            }

            return ExitCodes.Done;
        });
        command.Add(ids);
        return command;
    }
}
