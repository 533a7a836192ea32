using System.Net;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using RabbitMQ.Client;

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

    [Fact(Timeout = 300_000)]
    public async Task Messages_of_a_deleted_job_that_come_late_are_seen_by_nobody_and_what_they_store_goes_too()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        var client = cluster.Client;
        await using var tap = await MessageTap.OpenAsync(cluster.Broker, (await client.ModelAsync("sentiment", ct)).Revision, ct);
        var deleted = await PredictAsync(client, ct);
        var heard = new List<BasicGetResult>();
        while (await tap.NextAsync(ct) is { } message) heard.Add(message);
        Assert.Equal(3, heard.Select(m => m.Exchange).Distinct().Count());
        await client.DeleteJobAsync(deleted.Id, ct);
        // Its predictions too: the shard that comes again is computed again.
        await client.RetainAllAsync(new RetentionRequest { OlderThanDays = 0, Jobs = false }, ct);

        await tap.DeliverAsync([.. heard, .. Enumerable.Reverse(heard)], ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (cluster.Workers[0].Inferred(deleted.Id).Count < 3) await timer.WaitForNextTickAsync(ct);
        var next = await PredictAsync(client, ct);

        Assert.Equal((Records, 0), (next.Counts.Computed + next.Counts.Cached, next.Counts.Failed));
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.GetJobAsync(deleted.Id, ct))).Status);
        Assert.Equal(next.Id, Assert.Single((await client.ListJobsAsync(ct: ct)).Data).Id);
        Assert.Equal(0, await cluster.AskAsync($"SELECT count(*) FROM coordinator.shards WHERE job_id = '{deleted.Id}'", ct));
        Assert.Equal(Records, await cluster.AskAsync($"SELECT computed FROM coordinator.jobs WHERE id = '{deleted.Id}' AND status = 'Completed'", ct));
        // Deleted jobs are looked at again, at the latest when another is deleted.
        await client.DeleteJobAsync(next.Id, ct);
        while (await cluster.AskAsync("SELECT (SELECT count(*) FROM results.job_items) + (SELECT count(*) FROM results.shard_receipts)", ct) > 0) await timer.WaitForNextTickAsync(ct);
    }

    private static async Task<JobResource> PredictAsync(BatchInferClient client, CancellationToken ct) =>
        await client.CompletedAsync((await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "a.jsonl", new JobRequest { Model = "sentiment" }, ct)).Id, ct);
}
