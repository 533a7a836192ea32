using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using BatchInfer.Contracts;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>
/// The walk of README, on the cluster that its command starts: submit, watch, add workers, see the rate rise, open the trace, look up.
/// The pictures in README are those that it takes.
/// </summary>
public sealed class WalkTests(ServedPage served) : IAsyncLifetime
{
    private const int Texts = 24_000;
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "native", "cluster");
    private readonly TemporaryFolder _folder = new();
    private TraceViewer? _viewer;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_folder["data"])) await ClusterAsync("stop");
        _viewer?.Dispose();
        _folder.Dispose();
    }

    [Fact(Timeout = 600_000)]
    public async Task A_person_submits_a_job_adds_workers_opens_the_trace_and_looks_a_prediction_up()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal), "the cluster's script starts what is built for release, on Linux");
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the viewer of traces is a program for x64");
        if (Chromium.Path is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        var ct = TestContext.Current.CancellationToken;
        _viewer = await TraceViewer.StartAsync(ct);
        int pagePort = Loopback.FreePort();
        string started = await ClusterAsync("start", "--no-build", "--workers", "1", "--port", Number(Loopback.FreePort()), "--page", Number(pagePort));
        using var api = new BatchInferClient(new Uri(started.Trim().Split('\n')[^1]));
        await using var tab = await served.OpenAsync(new Uri($"http://127.0.0.1:{pagePort}"), "/submit?model=sentiment");
        var page = tab.Page;

        await page.GetByLabel("Upload").SetInputFilesAsync(WriteCorpus());
        await page.GetByRole(AriaRole.Button, new() { Name = "Plan first" }).ClickAsync();
        await Expect(page.GetByText("Nothing has been submitted yet.")).ToBeVisibleAsync();
        await tab.ShootAsync("walk-1-submit");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/jobs/*");
        await Expect(page.Locator(".lane")).ToHaveCountAsync(1);
        await tab.ShootAsync("walk-2-one-worker", whole: false);

        await ClusterAsync("scale", "3");
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("completed", new() { Timeout = 300_000 });
        await Expect(page.Locator(".lane")).ToHaveCountAsync(3);
        await tab.ShootAsync("walk-3-three-workers", whole: false);

        var job = await api.GetJobAsync(Guid.Parse(page.Url[^36..]), ct);
        Assert.Equal((Texts, 0), (job.Counts.Computed + job.Counts.Cached, job.Counts.Failed));
        AssertRateRose(await api.GetTimelineAsync(job.Id, ct));
        string? trace = await page.Locator("a", new() { HasText = job.TraceId }).GetAttributeAsync("href");
        await ShootTraceAsync(trace!);

        await page.GetByRole(AriaRole.Link, new() { Name = "Look up" }).ClickAsync();
        await page.GetByLabel("Input, exactly").FillAsync(Text(7));
        await page.GetByRole(AriaRole.Button, new() { Name = "Look up" }).ClickAsync();
        await Expect(page.Locator(".answer")).ToContainTextAsync("TIVE 0.");
        await tab.ShootAsync("walk-5-lookup");
        tab.AssertQuiet();
    }

    /// <summary>What the page draws: records a second with one worker, and with three until one of them has nothing left to do.</summary>
    private static void AssertRateRose(JobTimeline timeline)
    {
        double[] taken = [.. timeline.Workers.Select(w => w.Rows.SelectMany(r => r).Min(s => s.Started!.Value)).Order()];
        double idle = timeline.Workers.Min(w => w.Rows.SelectMany(r => r).Max(s => s.Persisted!.Value));
        double alone = Rate(taken[0], taken[1]), together = Rate(taken[2], idle);
        Assert.True(together > 1.2 * alone, $"{alone:0} records/s with one worker, {together:0} with three");

        double Rate(double from, double to) => timeline.Throughput
            .Where((_, i) => i * timeline.BucketSeconds >= from && (i + 1) * timeline.BucketSeconds <= to)
            .Select(b => b.ComputedPerSecond).DefaultIfEmpty(double.NaN).Average();
    }

    // Another program's page: what it says to the console is its own affair.
    private async Task ShootTraceAsync(string address)
    {
        await using var viewer = await served.OpenAsync(_viewer!.Address, new Uri(address).PathAndQuery, awaited: "body");
        // The exporters send what they have every few seconds.
        await Expect(viewer.Page.GetByText("submit", new() { Exact = true }).First).ToBeVisibleAsync();
        await Expect(viewer.Page.GetByText("plan", new() { Exact = true }).First).ToBeVisibleAsync();
        await viewer.ShootAsync("walk-4-trace", whole: false);
    }

    private string WriteCorpus()
    {
        var corpus = new StringBuilder();
        for (int i = 0; i < Texts; i++) corpus.Append(JsonSerializer.Serialize(new { id = $"review-{i}", text = Text(i) })).Append('\n');
        return _folder.File("reviews.jsonl", corpus.ToString());
    }

    // Three of the sample's sentences, each time others.
    private static string Text(int i)
    {
        var sentences = Sentences.Value;
        return $"{sentences[i % sentences.Count]} {sentences[(i / sentences.Count + i) % sentences.Count]} {sentences[(i * 7 + 3) % sentences.Count]}";
    }

    private static readonly Lazy<List<string>> Sentences = new(() =>
        [.. File.ReadLines(Repository.SampleSentences).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("text").GetString()!)]);

    private async Task<string> ClusterAsync(string command, params string[] arguments)
    {
        // What it starts inherits its error stream, so that one is left alone.
        var start = new ProcessStartInfo(Script, [command, .. arguments, "--data", _folder["data"]]) { RedirectStandardOutput = true };
        // One run a worker, and a token takes a while: so that a second one has something to add on a machine of few cores.
        start.Environment["Inference__ParallelRuns"] = "1";
        start.Environment["Inference__SimulatedMicrosecondsPerToken"] = "60";
        start.Environment["Dashboard__TraceUrl"] = $"{_viewer?.Address}traces/detail/{{trace_id}}";
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _viewer?.Otlp.OriginalString;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.SkipWhen(process.ExitCode == 69, "the cluster's servers cannot be installed here");
        Assert.True(process.ExitCode == 0, $"cluster {command} ended with {process.ExitCode}: {output}");
        return output;
    }

    private static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);
}
