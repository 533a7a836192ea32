using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A coordinator that dies: its successor goes on from the database.</summary>
[Collection(ClusterFaults.Name)]
public sealed partial class KilledCoordinatorTests
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

    [Fact(Timeout = 300_000)]
    public async Task Of_coordinators_that_start_at_once_on_an_empty_database_one_leads_and_another_follows_it()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 0, ct);
        await Task.WhenAll(cluster.AddCoordinatorAsync(ct), cluster.AddCoordinatorAsync(ct));
        await cluster.AddWorkerAsync(ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var leader = await await Task.WhenAny(cluster.Coordinators.Select(async c => (await c.SawAsync(Leading(), ct), c).c));
        var survivor = cluster.Coordinators.First(c => c != leader);
        using var client = new BatchInferClient(survivor.BaseAddress);
        await client.ReadyAsync(ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);

        await leader.KillAsync();
        var done = await client.CompletedAsync(job.Id, ct);

        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        await client.LinesAsync(done, ct);
    }

    [GeneratedRegex("This coordinator plans and dispatches now")]
    private static partial Regex Leading();
}
