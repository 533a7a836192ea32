using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Cancel reaches shards in the broker and in workers' hands.</summary>
[Collection(SharedServers.Name)]
public sealed class DistributedCancelTests
{
    private const int Records = 40_000;

    [Fact(Timeout = 300_000)]
    public async Task A_cancelled_job_frees_the_workers_for_the_next()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 2, ct);
        var client = cluster.Client;
        string queue = QueueNames.Infer((await client.ModelAsync("sentiment", ct, workers: 2)).Revision);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "long.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);

        await client.CancelJobAsync(job.Id, ct);
        var cancelled = await client.UntilAsync(job.Id, j => j.Status == JobStatus.Cancelled, ct);
        // Workers drop its shards as they come to them, unpredicted: nothing of it is left in the broker.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await cluster.QueuedAsync(queue, ct) > 0) await timer.WaitForNextTickAsync(ct);
        Assert.Equal(0, await cluster.AskAsync("SELECT count(*) FROM coordinator.shards WHERE status IN ('Pending', 'Dispatched')", ct));
        var next = await client.SubmitAsync(GeneratedCorpus.Jsonl(50), "next.jsonl", new JobRequest { Model = "sentiment" }, ct);
        var done = await client.CompletedAsync(next.Id, ct);

        Assert.InRange(cancelled.Counts.Computed, 1, Records - 1);
        Assert.Equal((50, 0), (done.Counts.Total, done.Counts.Failed));
        Assert.Equal(cancelled.Counts.Computed, (await client.GetJobAsync(job.Id, ct)).Counts.Computed);
    }
}
