using BatchInfer.Contracts;

namespace BatchInfer.Cli.Following;

/// <summary>Follows a job until it is final.</summary>
internal sealed class JobFollower(BatchInferClient client, TimeProvider time)
{
    /// <param name="job">The job.</param>
    /// <param name="show">Is given the job whenever it was asked for, and what keeps it from going on where that is known.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<JobResource> FollowAsync(JobResource job, Action<JobResource, string?> show, CancellationToken ct)
    {
        var standstill = new Standstill(client, time);
        await foreach (var now in client.WatchJobAsync(job, time, ct))
        {
            job = now;
            // Also while the job waits for what it says itself: its time to move begins when that is over.
            string? trouble = await standstill.LookAsync(now, ct);
            // How a job ended is said when it has.
            show(now, now.StatusDetail is null ? trouble : now.Message);
        }

        return job;
    }
}
