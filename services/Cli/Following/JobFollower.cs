using BatchInfer.Contracts;

namespace BatchInfer.Cli.Following;

/// <summary>Follows a job until it is final.</summary>
internal sealed class JobFollower(BatchInferClient client, TimeProvider time)
{
    public async Task<JobResource> FollowAsync(JobResource job, Action<JobResource> show, CancellationToken ct)
    {
        await foreach (var now in client.WatchJobAsync(job, time, ct)) show(job = now);
        return job;
    }
}
