using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Steps of retention on PostgreSQL: what is deleted is computed again, and no step is left announced.</summary>
[Collection(SharedServers.Name)]
public sealed class DistributedRetentionTests
{
    private const int Records = 50;

    [Fact(Timeout = 300_000)]
    public async Task What_no_job_names_is_deleted_and_a_job_after_that_begins_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        var client = cluster.Client;
        await client.ModelAsync("sentiment", ct);
        var first = await PredictAsync(client, ct);
        Assert.Equal(Records, first.Counts.Computed);
        await client.DeleteJobAsync(first.Id, ct);

        var (_, deleted) = await client.RetainAllAsync(new RetentionRequest { OlderThanDays = 0, Jobs = false }, ct);

        Assert.Equal(Records, deleted);
        Assert.Equal(0, await cluster.AskAsync("SELECT count(*) FROM coordinator.trims", ct));
        var second = await PredictAsync(client, ct);
        Assert.Equal((Records, 0L), (second.Counts.Computed, second.Counts.Cached));
        Assert.All(await client.LinesAsync(second, ct), line => Assert.Null(line.Error));
    }

    private static async Task<JobResource> PredictAsync(BatchInferClient client, CancellationToken ct) =>
        await client.CompletedAsync((await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "a.jsonl", new JobRequest { Model = "sentiment" }, ct)).Id, ct);
}
