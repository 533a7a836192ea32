using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>What the dashboards and alert rules ask for is what the services show when Prometheus scrapes them.</summary>
[Collection(SharedServers.Name)]
public sealed partial class MetricNamesTests
{
    [Fact(Timeout = 300_000)]
    public async Task Every_metric_that_a_panel_or_a_rule_names_is_one_the_services_emit()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(
            Repository.SampleModels, workers: 1, ct, settings: new Dictionary<string, string> { ["OTEL_METRICS_EXPORTER"] = "prometheus" });
        await cluster.Client.ModelAsync("sentiment", ct);
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(500), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await cluster.Client.CompletedAsync(job.Id, ct);
        var wanted = Expressions().SelectMany(Names).ToHashSet(StringComparer.Ordinal);
        Assert.InRange(wanted.Count, 10, 1000);

        // Gauges are counted every few seconds, and only while a job runs are there any shards to count.
        await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(40_000), "more.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        using var http = new HttpClient();
        var missing = wanted;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (missing.Count > 0 && await timer.WaitForNextTickAsync(ct))
        {
            var emitted = new HashSet<string>(StringComparer.Ordinal);
            foreach (var address in cluster.Addresses)
            {
                string page = await http.GetStringAsync(new Uri(address, "metrics"), ct);
                emitted.UnionWith(page.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l[..l.AsSpan().IndexOfAny('{', ' ')]));
            }

            missing = wanted.Except(emitted).ToHashSet(StringComparer.Ordinal);
            TestContext.Current.SendDiagnosticMessage($"Not emitted yet: {string.Join(", ", missing)}");
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

    // Labels stand in braces and behind "by": what is left are metrics.
    private static IEnumerable<string> Names(string expression) => MetricName().Matches(Labels().Replace(expression, "")).Select(m => m.Value);

    [GeneratedRegex(@"\{[^}]*\}|by \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"(?<![:\w])batchinfer_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"batchinfer:[\w:]+")]
    private static partial Regex RecordedName();

    [GeneratedRegex(@"expr: (.+)")]
    private static partial Regex Expression();

    [GeneratedRegex(@"record: (\S+)")]
    private static partial Regex Recorded();
}
