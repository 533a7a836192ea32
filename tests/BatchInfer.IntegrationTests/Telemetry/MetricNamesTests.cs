using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>What the dashboards and alert rules ask for is what the services show when Prometheus scrapes them.</summary>
[Collection(OperatedServers.Name)]
public sealed partial class MetricNamesTests
{
    // What the issue of operations names beside what the dashboards use.
    private static readonly string[] Named =
    [
        "batchinfer_records_total", "batchinfer_tokens_total", "batchinfer_tokens_padded_total", "batchinfer_failures_total", "batchinfer_batch_fill_bucket",
        "batchinfer_run_duration_seconds_bucket", "batchinfer_shard_queue_wait_seconds_bucket", "batchinfer_window_in_flight", "batchinfer_shards",
        "batchinfer_results_records_total", "batchinfer_lookup_duration_seconds_bucket", "batchinfer_model_load_duration_seconds_bucket",
        "batchinfer_models_memory_bytes", "batchinfer_workers", "dotnet_gc_collections_total", "http_server_request_duration_seconds_bucket",
        "db_client_operation_duration_seconds_bucket", "messaging_masstransit_consume_duration_milliseconds_count",
    ];

    [Fact(Timeout = 300_000)]
    public async Task Every_metric_that_a_panel_or_a_rule_names_is_one_the_services_emit()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(
            Repository.SampleModels, workers: 1, ct, settings: new Dictionary<string, string> { ["OTEL_METRICS_EXPORTER"] = "prometheus" });
        await cluster.Client.ModelAsync("sentiment", ct);
        // Its last line is an error row.
        var corpus = GeneratedCorpus.Jsonl(500);
        corpus.Seek(0, SeekOrigin.End);
        corpus.Write("{\"id\": \"bad\", \"text\": \"\"}\n"u8);
        corpus.Position = 0;
        var job = await cluster.Client.SubmitAsync(corpus, "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        job = await cluster.Client.CompletedAsync(job.Id, ct);
        var wanted = Expressions().SelectMany(Names).Concat(Named).ToHashSet(StringComparer.Ordinal);
        Assert.InRange(wanted.Count, 30, 1000);

        // Gauges are counted every few seconds, and only while a job runs are there any shards to count.
        await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(40_000), "more.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        using var http = new HttpClient();
        var missing = wanted.ToHashSet(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (missing.Count > 0 && await timer.WaitForNextTickAsync(ct))
        {
            await cluster.Client.LookupAsync(new LookupRequest { JobId = job.Id, CustomIds = ["g-0"] }, ct);
            var emitted = new HashSet<string>(StringComparer.Ordinal);
            foreach (var address in cluster.Addresses)
            {
                string page = await http.GetStringAsync(new Uri(address, "metrics"), ct);
                emitted.UnionWith(page.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l[..l.AsSpan().IndexOfAny('{', ' ')]));
            }

            // What was there once is emitted: a short job's gauges are gone again when the slowest counter has come.
            missing.ExceptWith(emitted);
            TestContext.Current.TestOutputHelper?.WriteLine($"Not emitted yet: {string.Join(", ", missing)}");
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_recorded_series_that_is_used_is_recorded()
    {
        string rules = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "prometheus", "rules", "recording.yml"));
        var recorded = Recorded().Matches(rules).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(recorded);
        Assert.Empty(Expressions().SelectMany(e => RecordedName().Matches(e).Select(m => m.Value)).Except(recorded));
    }

    private static List<string> Expressions()
    {
        string deploy = Path.Combine(Repository.Root, "deploy");
        var expressions = Directory.EnumerateFiles(Path.Combine(deploy, "prometheus", "rules"), "*.yml")
            .SelectMany(path => Expression().Matches(File.ReadAllText(path)).Select(m => m.Groups[1].Value)).ToList();
        foreach (string path in Directory.EnumerateFiles(Path.Combine(deploy, "grafana", "dashboards"), "*.json"))
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(path, Encoding.UTF8));
            foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
                expressions.AddRange(panel.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("expr").GetString()!));
        }

        return expressions;
    }

    // Labels stand in braces and behind "by": of what is left, functions stand before a bracket, and recorded series have colons.
    private static IEnumerable<string> Names(string expression) =>
        MetricName().Matches(Labels().Replace(expression, "")).Select(m => m.Value).Where(name => name.Contains('_', StringComparison.Ordinal));

    [GeneratedRegex(@"\{[^}]*\}|by \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"(?<![:\w])[a-z]\w+(?![:\w(]|\s*\()")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"batchinfer:[\w:]+")]
    private static partial Regex RecordedName();

    [GeneratedRegex(@"expr: (.+)")]
    private static partial Regex Expression();

    [GeneratedRegex(@"record: (\S+)")]
    private static partial Regex Recorded();
}
