using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A worker that dies without a word: what it held is predicted by another, and nothing twice.</summary>
[Collection(ClusterFaults.Name)]
public sealed partial class KilledWorkerTests
{
    private const int Records = 6000;

    [Fact(Timeout = 300_000)]
    public async Task A_worker_killed_in_mid_shard_loses_and_doubles_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        var client = cluster.Client;
        await client.ModelAsync("sentiment", ct);
        var first = cluster.Workers[0];
        var inferred = first.SawAsync(Inferred(), ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        // One shard is done, so the next ones are in hand: two at once, always.
        await inferred;
        await first.KillAsync();
        var atDeath = await client.GetJobAsync(job.Id, ct);
        Assert.True(atDeath.Counts.ShardsPersisted < atDeath.Counts.Shards, "The job was over before the worker could be killed.");

        await cluster.AddWorkerAsync(ct);
        var done = await client.CompletedAsync(job.Id, ct);

        Assert.Equal(Records, done.Counts.Total);
        Assert.Equal(0, done.Counts.Failed);
        var lines = await client.LinesAsync(done, ct);
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"g-{i}"), lines.Select(l => l.CustomId));
        Assert.All(lines, line => Assert.Equal(2, Jobs.Scores(line.Output!.Value).Count));
    }

    [GeneratedRegex("Inferred ")]
    private static partial Regex Inferred();
}
