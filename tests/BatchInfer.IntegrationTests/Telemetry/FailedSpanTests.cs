using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>The spans of what failed: whose work it was, and why.</summary>
[Collection(OperatedServers.Name)]
public sealed class FailedSpanTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_chunk_that_cannot_be_stored_is_a_failed_span_of_its_job_and_shard()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(OtlpReceiver.Grpc, ct);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: receiver.Settings);
        var model = await cluster.Client.ModelAsync("sentiment", ct);
        await cluster.AskAsync("ALTER TABLE results.job_items ADD CONSTRAINT nothing_fits CHECK (false)", ct);

        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(10), "corpus.jsonl", new JobRequest { Model = "sentiment" }, ct);
        var spans = await receiver.Received.SpansUntilAsync(all => all.Exists(s => s is { Name: "persist" }), ct);

        var persist = spans.Find(s => s.Name == "persist")!;
        Assert.Equal(
            (job.TraceId, job.Id.ToString(), "0", "sentiment", model.Revision, 10L),
            (persist.TraceId, persist.Attribute("batchinfer.job.id"), persist.Attribute("batchinfer.shard.number"), persist.Attribute("batchinfer.model"),
                persist.Attribute("batchinfer.model.revision"), persist.Number("batchinfer.records")));
        Assert.NotNull(persist.Attribute("batchinfer.worker"));
        Assert.Contains("nothing_fits", persist.Error, StringComparison.Ordinal);
        Assert.Equal(persist.Error, Assert.Single(persist.Exceptions));
        Assert.Null(persist.Attribute("batchinfer.records.inserted"));
    }

    [Fact(Timeout = 300_000)]
    public async Task A_shard_that_cannot_be_predicted_is_a_failed_span_that_says_why()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(OtlpReceiver.Grpc, ct);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: receiver.Settings);
        await cluster.Client.ModelAsync("sentiment", ct);
        await cluster.Workers[0].KillAsync();
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(10), "gone.jsonl", new JobRequest { Model = "sentiment" }, ct);
        await cluster.Client.UntilAsync(job.Id, j => j.Status == JobStatus.Running, ct);
        File.Delete(Path.Combine(cluster.FilesFolder, job.FileId));
        await cluster.AddWorkerAsync(ct);
        var spans = await receiver.Received.SpansUntilAsync(all => all.Exists(s => s is { Name: "infer" }), ct);

        var infer = spans.Find(s => s.Name == "infer")!;
        Assert.Equal(
            (job.TraceId, job.Id.ToString(), "0", 0L),
            (infer.TraceId, infer.Attribute("batchinfer.job.id"), infer.Attribute("batchinfer.shard.number"), infer.Number("batchinfer.records")));
        Assert.StartsWith("The corpus cannot be read", infer.Error, StringComparison.Ordinal);
        Assert.Equal(infer.Error, Assert.Single(infer.Exceptions));
    }
}
