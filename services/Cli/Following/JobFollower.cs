using BatchInfer.Contracts;

namespace BatchInfer.Cli.Following;

/// <summary>Asks for a job until it is final: often at first, since a small job is done in a moment, then twice a second.</summary>
internal sealed class JobFollower(BatchInferClient client, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    public async Task<JobResource> FollowAsync(JobResource job, Action<JobResource> show, CancellationToken ct)
    {
        var pause = Shortest;
        while (true)
        {
            show(job);
            if (job.Status.IsFinal()) return job;
            await Task.Delay(pause, time, ct);
            pause = pause * 1.4 < Longest ? pause * 1.4 : Longest;
            job = await client.GetJobAsync(job.Id, ct);
        }
    }
}
