using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A results service that dies with predictions in hand: another stores them, and none is counted twice.</summary>
[Collection(ServerFaults.Name)]
public sealed class KilledResultsTests
{
    private const int Records = 12_000;

    [Fact(Timeout = 300_000)]
    public async Task Of_two_results_services_one_is_killed_and_every_record_is_stored_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string> { ["OTEL_METRICS_EXPORTER"] = "prometheus" };
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: settings);
        var second = await cluster.AddResultsAsync(ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await HasStoredAsync(second, ct);

        await second.KillAsync();
        var done = await cluster.Client.CompletedAsync(job.Id, ct);

        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        var lines = await cluster.Client.LinesAsync(done, ct);
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"g-{i}"), lines.Select(l => l.CustomId));
    }

    /// <summary>Waits until a results service has stored records itself, and so has its share of those that follow.</summary>
    private static async Task HasStoredAsync(ServiceProcess results, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = results.BaseAddress };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await http.GetStringAsync(new Uri("metrics", UriKind.Relative), ct)).Contains("batchinfer_results_records", StringComparison.Ordinal))
            await timer.WaitForNextTickAsync(ct);
    }
}
