using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>What a collector hears of a job that runs over the broker.</summary>
[Collection(OperatedServers.Name)]
public sealed class JobTraceTests
{
    private const int Records = 1000;
    private static readonly string[] OfAJob = ["complete", "dispatch", "infer", "persist", "plan", "publish", "queue wait", "submit"];
    private static readonly string[] OfAShard = ["decode", "keys", "read", "run", "tokenize"];

    [Theory(Timeout = 300_000)]
    [InlineData(OtlpReceiver.Grpc)]
    [InlineData(OtlpReceiver.HttpProtobuf)]
    public async Task A_job_is_one_trace_whose_shards_add_up_to_its_records_and_tokens(string protocol)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(protocol, ct);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 2, ct, settings: receiver.Settings);
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);

        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        job = await cluster.Client.CompletedAsync(job.Id, ct);
        var spans = await receiver.Received.SpansUntilAsync(s => IsWhole(s, job), ct);

        var ours = Of(spans, job.Id);
        string trace = Assert.Single(ours.Select(s => s.TraceId).Distinct());
        Assert.Equal(job.TraceId, trace);
        Assert.Equal(OfAJob, ours.Select(s => s.Name).Distinct().Order());
        var infer = ours.FindAll(s => s.Name == "infer");
        Assert.Equal(job.Counts.Shards, infer.Count);
        Assert.Equal(
            (job.Counts.Total, job.Counts.Computed, job.Counts.Duplicates, job.Counts.Tokens, job.Counts.PaddedTokens),
            (Sum(infer, "batchinfer.records"), Sum(infer, "batchinfer.records.computed"), Sum(infer, "batchinfer.records.duplicate"),
                Sum(infer, "batchinfer.tokens"), Sum(infer, "batchinfer.tokens.padded")));
        var persist = ours.FindAll(s => s.Name == "persist");
        Assert.Equal((job.Counts.Total, job.Counts.Tokens), (Sum(persist, "batchinfer.records"), Sum(persist, "batchinfer.tokens")));
        Assert.All(infer, span =>
        {
            Assert.All(
                ["batchinfer.shard.number", "batchinfer.model.revision", "batchinfer.worker", "batchinfer.device", "batchinfer.batch.budget",
                    "batchinfer.batches", "batchinfer.run.seconds", "batchinfer.records_per_second", "batchinfer.tokens_per_second"],
                name => Assert.NotNull(span.Attribute(name)));
            Assert.Equal(OfAShard, spans.FindAll(s => s.ParentId == span.SpanId).Select(s => s.Name).Distinct().Where(OfAShard.Contains).Order());
        });
        // What MassTransit tells of its messages stands in the same trace, by the names of the conventions.
        Assert.Contains(spans, s => s.TraceId == trace && s.Attribute("messaging.operation") is "send" && s.Attribute("messaging.system") is "rabbitmq");

        await HearsAsync(receiver.Received.Metrics, [("batchinfer-worker", "batchinfer.records"), ("batchinfer-results", "batchinfer.persist.duration"), ("batchinfer-coordinator", "batchinfer.jobs"),
            ("batchinfer-worker", "messaging.masstransit.consume"), ("batchinfer-results", "db.client.operation.duration"), ("batchinfer-coordinator", "http.server.request.duration"), ("batchinfer-worker", "dotnet.gc.collections")], ct);
        await HearsAsync(receiver.Received.Logs, log => log.TraceId == trace && log.Body.StartsWith("Inferred", StringComparison.Ordinal), ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task The_trace_of_a_job_that_failed_ends_with_the_reason()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(OtlpReceiver.Grpc, ct);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: receiver.Settings);
        await cluster.Client.ModelAsync("sentiment", ct);

        var job = await cluster.Client.SubmitAsync(
            new MemoryStream("{\"text\":\" \"}\n"u8.ToArray()), "bad.jsonl", new JobRequest { Model = "sentiment", ErrorThreshold = 0 }, ct);
        job = await cluster.Client.EndedAsync(job.Id, ct);
        Assert.Equal(JobStatus.Failed, job.Status);
        // Those of a process arrive in the order in which they end: another job's are behind a second end of this one.
        var next = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(10), "good.jsonl", new JobRequest { Model = "sentiment" }, ct);
        await cluster.Client.CompletedAsync(next.Id, ct);
        var spans = await receiver.Received.SpansUntilAsync(s => Of(s, job.Id).Exists(x => x.Name == "end") && new[] { "persist", "complete" }.All(name => Of(s, next.Id).Exists(x => x.Name == name)), ct);

        var end = Assert.Single(Of(spans, job.Id), s => s.Name == "end");
        Assert.Equal((job.TraceId, "batchinfer-coordinator", job.Message), (end.TraceId, end.Service, end.Error));
        Assert.Contains("error_threshold", end.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Of(spans, job.Id), s => s.Name == "complete");
        Assert.DoesNotContain(Of(spans, next.Id), s => s.Name == "end" || s.Error is not null);
        // Chunks of all jobs are stored by what the first of them began: that is no part of the first job's trace.
        ulong later = Of(spans, next.Id).Single(s => s.Name == "submit").Start;
        Assert.DoesNotContain(spans, s => s.TraceId == job.TraceId && s.Service == "batchinfer-results" && s.Start > later);
        await HearsAsync(receiver.Received.Logs, log => log.TraceId == job.TraceId && log.Body == $"Job {job.Id} failed: {job.Message}", ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task Of_the_later_shards_of_a_huge_job_some_have_a_linked_trace_each_and_the_others_none()
    {
        const int inJob = 2, oneIn = 3;
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(OtlpReceiver.Grpc, ct);
        var settings = receiver.Settings;
        (settings["Tracing__ShardsInJobTrace"], settings["Tracing__OneShardIn"]) = ($"{inJob}", $"{oneIn}");
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: settings);
        await cluster.Client.ModelAsync("sentiment", ct);
        // The model says how many shards one worker's corpus has: with another worker there are more.
        await cluster.AddWorkerAsync(ct);
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);

        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(12_000), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        job = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.InRange(job.Counts.Shards, inJob + oneIn + 1, 1000);
        long[] own = [.. Enumerable.Range(inJob, (int)job.Counts.Shards - inJob).Where(n => (n - inJob) % oneIn == 0)];
        long[] traced = [.. Enumerable.Range(0, inJob), .. own];
        // Spans of one process arrive in the order in which they end: a second job's are behind all of the first.
        var second = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(2000), "second.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        second = await cluster.Client.CompletedAsync(second.Id, ct);
        var spans = await receiver.Received.SpansUntilAsync(s => Of(s, second.Id).Exists(x => x.Name == "complete") && HasEnded(s, job, traced), ct);

        var ours = Of(spans, job.Id);
        Assert.Equal(traced, Numbers(ours, "infer"));
        Assert.Equal(traced, Numbers(ours, "persist"));
        string trace = ours.Single(s => s.Name == "submit").TraceId;
        Assert.Equal(Enumerable.Range(0, inJob).Select(n => (long)n), Numbers(ours.FindAll(s => s.TraceId == trace), "infer"));
        var roots = ours.FindAll(s => s.Name == "shard");
        Assert.Equal(own, Numbers(roots, "shard"));
        Assert.Equal(own.Length, roots.Select(s => s.TraceId).Distinct().Count());
        Assert.All(roots, root =>
        {
            Assert.Equal([trace], root.Links);
            Assert.Equal("", root.ParentId);
            Assert.Equal([root.Number("batchinfer.shard.number")], Numbers(ours.FindAll(s => s.TraceId == root.TraceId), "infer"));
        });
        // A shard without a trace leaves nothing behind: no query, no message, no heartbeat begins one.
        var known = ours.Select(s => s.TraceId).ToHashSet();
        Assert.DoesNotContain(spans, s => s.ParentId.Length == 0 && !known.Contains(s.TraceId) && s.Name.Contains("batchinfer-", StringComparison.Ordinal));
    }

    private static async Task HearsAsync(System.Threading.Channels.ChannelReader<(string, string)> metrics, HashSet<(string, string)> wanted, CancellationToken ct)
    {
        while (wanted.Count > 0)
        {
            if (wanted.Remove(await metrics.ReadAsync(ct))) TestContext.Current.TestOutputHelper?.WriteLine($"Not heard of yet: {string.Join(", ", wanted)}");
        }
    }

    private static async Task HearsAsync(
        System.Threading.Channels.ChannelReader<(string TraceId, string Body)> logs, Predicate<(string TraceId, string Body)> wanted, CancellationToken ct)
    {
        while (!wanted(await logs.ReadAsync(ct)))
        {
        }
    }

    private static List<ReceivedSpan> Of(List<ReceivedSpan> spans, Guid job) => spans.FindAll(s => s.Attribute("batchinfer.job.id") == job.ToString());

    // Every record predicted and stored, and the spans around it ended. At least: what came twice is for the test to see, not to wait for.
    private static bool IsWhole(List<ReceivedSpan> spans, JobResource job)
    {
        var ours = Of(spans, job.Id);
        return Sum(ours.FindAll(s => s.Name == "infer"), "batchinfer.records") >= job.Counts.Total
            && Sum(ours.FindAll(s => s.Name == "persist"), "batchinfer.records.inserted") >= job.Counts.Total
            && Array.TrueForAll(OfAJob, name => ours.Exists(s => s.Name == name));
    }

    private static bool HasEnded(List<ReceivedSpan> spans, JobResource job, long[] shards)
    {
        var ours = Of(spans, job.Id);
        return ours.Exists(s => s.Name == "complete") && shards.All(n => Numbers(ours, "infer").Contains(n) && Numbers(ours, "persist").Contains(n));
    }

    private static long[] Numbers(List<ReceivedSpan> spans, string name) =>
        [.. spans.Where(s => s.Name == name).Select(s => s.Number("batchinfer.shard.number")).Distinct().Order()];

    private static long Sum(List<ReceivedSpan> spans, string attribute) => spans.Sum(s => s.Number(attribute));
}
