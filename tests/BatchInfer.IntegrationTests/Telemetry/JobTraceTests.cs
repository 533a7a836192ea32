using System.Globalization;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>What a collector hears of a job that runs over the broker.</summary>
[Collection(SharedServers.Name)]
public sealed class JobTraceTests
{
    private const int Records = 1000;

    [Fact(Timeout = 300_000)]
    public async Task A_job_is_one_trace_from_submit_to_the_last_row_stored()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(ct);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 2, ct, settings: receiver.Settings);
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);

        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await cluster.Client.CompletedAsync(job.Id, ct);

        var spans = new List<ReceivedSpan>();
        while (!IsWhole(Of(spans, job.Id)))
            spans.Add(await receiver.Spans.ReadAsync(ct));
        var ours = Of(spans, job.Id);
        Assert.Single(ours.Select(s => s.TraceId).Distinct());
        Assert.Equal(["dispatch", "infer", "persist", "plan", "submit"], ours.Select(s => s.Name).Distinct().Order());
        Assert.Equal(
            [("dispatch", "batchinfer-coordinator"), ("infer", "batchinfer-worker"), ("persist", "batchinfer-results"), ("plan", "batchinfer-coordinator"), ("submit", "batchinfer-coordinator")],
            ours.Select(s => (s.Name, s.Service)).Distinct().Order());
        Assert.Equal(Records, Sum(ours, "infer", "batchinfer.records"));
    }

    private static List<ReceivedSpan> Of(List<ReceivedSpan> spans, Guid job) =>
        [.. spans.Where(s => s.Attributes.GetValueOrDefault("batchinfer.job.id") == job.ToString())];

    // Every record predicted and stored, and the spans around it ended.
    private static bool IsWhole(List<ReceivedSpan> spans) =>
        Sum(spans, "infer", "batchinfer.records") == Records && Sum(spans, "persist", "batchinfer.records.inserted") == Records
        && spans.Any(s => s.Name == "submit") && spans.Any(s => s.Name == "plan") && spans.Any(s => s.Name == "dispatch");

    private static long Sum(List<ReceivedSpan> spans, string name, string attribute) =>
        spans.Where(s => s.Name == name).Sum(s => long.Parse(s.Attributes.GetValueOrDefault(attribute, "0"), CultureInfo.InvariantCulture));
}
