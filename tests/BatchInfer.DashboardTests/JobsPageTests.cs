using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.Standalone;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

public sealed class JobsPageTests(ServedPage served) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_submitted_elsewhere_appears_by_itself_and_goes_to_its_end()
    {
        await using var tab = await served.OpenAsync("/");
        var job = await served.Api.SubmitJobAsync(new JobRequest
        {
            Model = "sentiment", Input = new JobInput { Records = ["A fine day.", "A dreadful evening.", ""] },
        }, ct: Ct);

        var row = tab.Page.Locator("tr", new() { Has = tab.Page.Locator($"a[href='/jobs/{job.Id}']") });
        await Expect(row).ToContainTextAsync("completed");
        await Expect(row).ToContainTextAsync("3 of 3 (100%), 1 failed");
        await tab.ShootAsync("jobs");
        await tab.AssertAccessibleAsync();
        tab.AssertQuiet();
    }

    [Fact]
    public async Task The_bar_of_a_slow_job_moves_before_anything_is_stored()
    {
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings
            {
                DataFolder = _folder["data"], ModelsFolder = Repository.SampleModels, Quiet = true, ParallelRuns = 1,
                Arguments = ["--Inference:SimulatedMicrosecondsPerToken=100000", "--Inference:MaxBatchTokens=16", "--Worker:HeartbeatSeconds=1"],
            }, Ct);
        using var api = new BatchInferClient(host.BaseAddress);
        // Minutes of work in one shard, one text a batch.
        var job = await api.SubmitJobAsync(new JobRequest
        {
            Model = "sentiment", Input = new JobInput { Records = [.. Enumerable.Range(0, 200).Select(i => (JsonNode)$"Sentence {i} is about a rather pleasant day.")] },
        }, ct: Ct);
        await using var tab = await served.OpenAsync(host.BaseAddress, $"/jobs/{job.Id}");
        var bar = tab.Page.Locator("svg.bar");
        await Expect(bar.Locator("rect.predicted")).ToHaveAttributeAsync("width", new Regex("[1-9]"));
        await Expect(bar.Locator("rect.computed")).ToHaveAttributeAsync("width", "0");
        await Expect(bar).ToHaveAttributeAsync("aria-valuetext", new Regex(@"^[1-9]\d* of 200 \("));
        await Expect(tab.Page.Locator(".figures")).ToContainTextAsync(new Regex(@"Not stored\s*[1-9]"));
        await tab.ShootAsync("job-predicted");
        await tab.AssertAccessibleAsync();
        tab.AssertQuiet();
    }
}
