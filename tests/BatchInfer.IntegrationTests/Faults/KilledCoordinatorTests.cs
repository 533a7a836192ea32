using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A coordinator that dies: its successor goes on from the database.</summary>
[Collection(SharedServers.Name)]
public sealed class KilledCoordinatorTests
{
    private const int Records = 6000;

    [Fact(Timeout = 300_000)]
    public async Task A_killed_coordinator_is_followed_by_another_that_ends_the_job()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await cluster.Client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);

        await cluster.RestartCoordinatorAsync(ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);

        Assert.Equal(Records, done.Counts.Total);
        Assert.Equal(0, done.Counts.Failed);
        await cluster.Client.LinesAsync(done, ct);
    }
}
