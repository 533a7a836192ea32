using System.Globalization;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>The whole product in one process is as durable as the distributed one.</summary>
public sealed class KilledStandaloneTests
{
    private const int Records = 6000;

    [Fact(Timeout = 300_000)]
    public async Task Killed_in_mid_job_it_goes_on_from_what_was_stored()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        Guid jobId;
        JobResource atDeath;
        await using (var process = await StartAsync())
        {
            using var client = new BatchInferClient(process.BaseAddress);
            await client.ModelAsync("sentiment", ct);
            var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
            jobId = job.Id;
            atDeath = await client.UntilAsync(jobId, j => j.Counts.ShardsPersisted > 0, ct);
            await process.KillAsync();
        }

        Assert.True(atDeath.Counts.ShardsPersisted < atDeath.Counts.Shards || atDeath.Status == JobStatus.Planning, "The job was over before the process could be killed.");
        await using (var process = await StartAsync())
        {
            using var client = new BatchInferClient(process.BaseAddress);
            var done = await client.CompletedAsync(jobId, ct);
            Assert.Equal(Records, done.Counts.Total);
            Assert.True(done.Counts.Computed >= atDeath.Counts.Computed, "Stored shards were counted anew.");
            var lines = await client.LinesAsync(done, ct);
            Assert.Equal(Enumerable.Range(0, Records).Select(i => $"g-{i}"), lines.Select(l => l.CustomId));
            Assert.All(lines, line => Assert.Equal(2, Jobs.Scores(line.Output!.Value).Count));

            // Everything is stored: the same again computes nothing.
            var again = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
            var repeated = await client.CompletedAsync(again.Id, ct);
            Assert.Equal((0, Records), (repeated.Counts.Computed, repeated.Counts.Cached));
        }

        Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(
            "BatchInfer.Standalone", new Dictionary<string, string>(), ct,
            "--data", folder["data"], "--models", Repository.SampleModels, "--urls", "http://127.0.0.1:0");
    }

    [Fact(Timeout = 300_000)]
    public async Task Asked_to_stop_in_the_middle_of_a_shard_it_stores_what_it_has_predicted()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string>
        {
            ["OTEL_METRICS_EXPORTER"] = "prometheus", ["Inference__SimulatedMicrosecondsPerToken"] = "2000", ["Inference__MaxBatchTokens"] = "256", ["Worker__ChunkRecords"] = "100000",
        };
        Guid jobId;
        long predicted, counted;
        await using (var process = await StartAsync(settings))
        {
            using var client = new BatchInferClient(process.BaseAddress);
            await client.ModelAsync("sentiment", ct);
            var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(400), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
            jobId = job.Id;
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while ((predicted = await RecordsAsync(process, "computed")) == 0) await timer.WaitForNextTickAsync(ct);
            counted = (await client.GetJobAsync(jobId, ct)).Counts.Computed;
            await process.TerminateAsync(ct);
            Assert.Equal(0, process.ExitCode);
        }

        Assert.True(predicted > counted, "Every shard that was begun was over before the process could be stopped.");
        settings.Remove("Inference__SimulatedMicrosecondsPerToken");
        await using (var process = await StartAsync(settings))
        {
            using var client = new BatchInferClient(process.BaseAddress);
            var done = await client.CompletedAsync(jobId, ct);
            Assert.Equal((400, 0), (done.Counts.Total, done.Counts.Failed));
            Assert.InRange(await RecordsAsync(process, "cached"), predicted - counted, 400);
        }

        Task<ServiceProcess> StartAsync(Dictionary<string, string> with) => ServiceProcess.StartAsync(
            "BatchInfer.Standalone", with, ct, "--data", folder["data"], "--models", Repository.SampleModels, "--urls", "http://127.0.0.1:0");

        async Task<long> RecordsAsync(ServiceProcess process, string outcome)
        {
            using var http = new HttpClient { BaseAddress = process.BaseAddress };
            return (await http.GetStringAsync(new Uri("metrics", UriKind.Relative), ct)).Split('\n')
                .Where(l => l.StartsWith("batchinfer_records_total{", StringComparison.Ordinal) && l.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal))
                .Sum(l => long.Parse(l[(l.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("a few bytes of something else", "results.db is damaged: it is no SQLite database")]
    [InlineData("SQLite format 3\0 and nothing of one", "cannot be used: SQLite Error")]
    public async Task A_damaged_database_is_named(string content, string said)
    {
        using var folder = new TemporaryFolder();
        folder.File("data/results.db", content);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartAsync(
            "BatchInfer.Standalone", new Dictionary<string, string>(), TestContext.Current.CancellationToken,
            "--data", folder["data"], "--models", folder["none"], "--urls", "http://127.0.0.1:0"));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("TaskCanceledException", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_process_on_the_same_folder_is_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        string[] arguments = ["--data", folder["data"], "--models", folder["none"], "--urls", "http://127.0.0.1:0"];
        await using var first = await ServiceProcess.StartAsync("BatchInfer.Standalone", new Dictionary<string, string>(), ct, arguments);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ServiceProcess.StartAsync("BatchInfer.Standalone", new Dictionary<string, string>(), ct, arguments));

        Assert.Contains("is in use by another batchinfer process", refused.Message, StringComparison.Ordinal);
    }
}
