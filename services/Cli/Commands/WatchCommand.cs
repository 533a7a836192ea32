using System.CommandLine;
using BatchInfer.Cli.Following;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer watch`.</summary>
internal static class WatchCommand
{
    public static Command Create(CliEnvironment env)
    {
        var id = CommonOptions.Job();
        var command = RemoteCommand.Create(env, "watch", "Follows a job to its end", async (call, ct) =>
        {
            var job = await call.Client.GetJobAsync(CommonOptions.ParseJob(call.Parsed.GetValue(id)), ct);
            return await FollowAsync(env, call.Client, job, call.Json, ct);
        });
        command.Add(id);
        return command;
    }

    /// <summary>Follows and shows the end: with JSON a line at every change, else progress on standard error and the job's table.</summary>
    public static async Task<int> FollowAsync(CliEnvironment env, BatchInferClient client, JobResource job, bool json, CancellationToken ct)
    {
        if (json)
        {
            (JobStatus, JobCounts)? last = null;
            job = await new JobFollower(client, env.Time).FollowAsync(job, (now, _) =>
            {
                if (last == (now.Status, now.Counts)) return;
                last = (now.Status, now.Counts);
                env.WriteJson(now);
            }, ct);
        }
        else
        {
            job = await new JobProgress(env, silent: false).FollowAsync(client, job, new JobPace(job, env.Time), ct);
            JobViews.WriteOne(env, job);
        }

        JobViews.SayOutcome(env, job);
        return JobViews.ExitCodeOf(job);
    }
}
