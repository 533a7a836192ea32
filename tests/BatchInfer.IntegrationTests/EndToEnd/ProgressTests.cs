using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A slow model and a single shard: how far it is shows long before the shard is stored.</summary>
public sealed class ProgressTests
{
    // A minute of work at least: seen is its beginning.
    private const int Records = 150;

    [Fact(Timeout = 300_000)]
    public async Task A_job_of_one_shard_moves_while_its_records_are_predicted()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings
            {
                DataFolder = folder["data"], ModelsFolder = Repository.SampleModels, Quiet = true, ParallelRuns = 1,
                Arguments = ["--Inference:SimulatedMicrosecondsPerToken=20000", "--Inference:MaxBatchTokens=64", "--Worker:HeartbeatSeconds=1"],
            }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment" }, ct);

        var first = await client.UntilAsync(job.Id, j => j is { Status: JobStatus.Running, Counts.Predicted: > 0 }, ct);
        Assert.Equal((Records, 1, 0, 0), (first.Counts.Total, first.Counts.Shards, first.Counts.ShardsPersisted, first.Counts.Computed + first.Counts.Cached + first.Counts.Failed));
        Assert.InRange(first.Counts.Predicted, 1, Records - 1);
        Assert.InRange(first.Counts.PredictedTokens, first.Counts.Predicted, long.MaxValue);
        Assert.True(first.Throughput is { RecordsPerSecond: > 0, TokensPerSecond: > 0, EtaSeconds: > 0 }, $"{first.Throughput}");
        var second = await client.UntilAsync(job.Id, j => j.Counts.Predicted > first.Counts.Predicted, ct);
        Assert.Equal(0, second.Counts.ShardsPersisted);
        Assert.InRange(Assert.Single((await client.ListJobsAsync(ct: ct)).Data).Counts.Predicted, second.Counts.Predicted, Records);

        await client.CancelJobAsync(job.Id, ct);
        var ended = await client.EndedAsync(job.Id, ct);
        Assert.Equal((JobStatus.Cancelled, 0), (ended.Status, ended.Counts.Predicted));
    }
}
