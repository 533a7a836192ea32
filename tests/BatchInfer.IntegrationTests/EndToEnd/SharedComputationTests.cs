using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Many jobs, one computation: what several shards or jobs need at the same time is computed once.</summary>
[Collection(SharedServers.Name)]
public sealed class SharedComputationTests
{
    private const int Records = 6000, Overlap = 3000, Distinct = 2 * Records - Overlap;

    [Fact(Timeout = 300_000)]
    public async Task Two_jobs_at_once_compute_what_they_share_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 2, ct);
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);

        var (first, second) = await SubmitBothAsync(cluster.Client, "shared ", ct);
        var (one, two) = (await cluster.Client.CompletedAsync(first, ct), await cluster.Client.CompletedAsync(second, ct));

        Assert.True(one.StartedAt < two.FinishedAt && two.StartedAt < one.FinishedAt, "The jobs did not run at the same time.");
        Assert.Equal((Records, Records, 0, 0), (one.Counts.Total, two.Counts.Total, one.Counts.Failed, two.Counts.Failed));
        Assert.Equal((Distinct, Overlap), (one.Counts.Computed + two.Counts.Computed, one.Counts.Cached + two.Counts.Cached));
        Assert.Equal(Distinct, await cluster.AskAsync("SELECT count(*) FROM results.predictions", ct));
        var (ours, theirs) = (await cluster.Client.LinesAsync(one, ct), await cluster.Client.LinesAsync(two, ct));
        for (int i = 0; i < Overlap; i++) Assert.Equal(ours[Records - Overlap + i].Output!.Value.GetRawText(), theirs[i].Output!.Value.GetRawText());
    }

    [Fact(Timeout = 300_000)]
    public async Task When_the_worker_dies_that_computes_for_both_another_goes_on_for_both()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 2, ct);
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);

        var (first, second) = await SubmitBothAsync(cluster.Client, "orphaned ", ct);
        await cluster.Client.UntilAsync(first, j => j.Counts.ShardsPersisted > 0, ct);
        await cluster.Workers[0].KillAsync();
        var atDeath = await cluster.Client.GetJobAsync(first, ct);
        Assert.False(atDeath.Status.IsFinal(), "The job was over before the worker could be killed.");

        var (one, two) = (await cluster.Client.CompletedAsync(first, ct), await cluster.Client.CompletedAsync(second, ct));
        Assert.Equal((Records, Records, 0, 0), (one.Counts.Total, two.Counts.Total, one.Counts.Failed, two.Counts.Failed));
        Assert.Equal(Distinct, await cluster.AskAsync("SELECT count(*) FROM results.predictions", ct));
        // What the dead one had sent on but a moment ago may have been computed again.
        Assert.InRange(one.Counts.Computed + two.Counts.Computed, Distinct, Distinct + 1000);
        await cluster.Client.LinesAsync(one, ct);
        await cluster.Client.LinesAsync(two, ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_coordinator_killed_in_mid_job_leaves_no_shard_waiting_for_its_claims()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records, "alone "), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await cluster.Client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);
        await cluster.RestartCoordinatorAsync(ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        await cluster.Client.LinesAsync(done, ct);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_text_that_stands_in_many_shards_is_computed_once_and_a_bad_one_fails_in_each()
    {
        var ct = TestContext.Current.CancellationToken;
        // Long enough for several shards; "" fails in the model's own way, with its parameters.
        string corpus = string.Concat(Enumerable.Range(0, 8000).Select(i => i % 9 == 0
            ? "{\"text\":\"far too long for eight tokens, this one is, whatever else it may be " + i % 18 + "\"}\n"
            : $"{{\"text\":\"film {i % 500}\"}}\n"));
        var request = new JobRequest { Model = "sentiment", Parameters = new() { ["long_input"] = "fail", ["max_length"] = 8 } };
        using var temporary = new TemporaryFolder();
        await using var host = await BatchInfer.Standalone.StandaloneHost.StartAsync(
            new BatchInfer.Standalone.StandaloneSettings { DataFolder = temporary["data"], ModelsFolder = Repository.SampleModels, Quiet = true }, ct);
        using var client = new BatchInferClient(host.BaseAddress);

        var job = await client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes(corpus)), "many.jsonl", request, ct);
        var done = await client.CompletedAsync(job.Id, ct);

        Assert.True(done.Counts.Shards > 2, "One shard folds its own equal records.");
        Assert.Equal((500, 889), (done.Counts.Computed, done.Counts.Failed));
    }

    private static async Task<(Guid First, Guid Second)> SubmitBothAsync(BatchInferClient client, string salt, CancellationToken ct)
    {
        // One corpus after the other's beginning was left out: as a file that grew at its end and was cut at its start.
        string[] lines = Encoding.UTF8.GetString(GeneratedCorpus.Jsonl(Distinct, salt).ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var request = new JobRequest { Model = "sentiment", IdField = "id" };
        var both = new List<JobRequest>();
        foreach (string[] part in (string[][])[lines[..Records], lines[^Records..]])
        {
            var file = await client.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', part))), "part.jsonl", ct: ct);
            both.Add(request with { Input = new JobInput { FileId = file.Id } });
        }

        var jobs = await Task.WhenAll(both.Select(r => client.SubmitJobAsync(r, ct: ct)));
        return (jobs[0].Id, jobs[1].Id);
    }
}
