using System.Globalization;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>What a collector hears of a page that somebody looks at.</summary>
public sealed class PageTraceTests(ServedPage served)
{
    [Fact(Timeout = 300_000)]
    public async Task A_page_left_open_adds_nothing_to_the_trace_of_the_click_that_led_to_it()
    {
        if (Chromium.Path is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var receiver = await OtlpReceiver.StartAsync(OtlpReceiver.HttpProtobuf, ct);
        // In a process of its own: in this one the receiver's requests and the other tests' would be told too.
        await using var server = await ServiceProcess.StartAsync(
            "BatchInfer.Standalone", receiver.Settings, ct,
            "--data", folder["data"], "--models", Repository.SampleModels, "--urls", "http://127.0.0.1:0", "--Dashboard:RefreshSeconds=0.1");
        using var client = new BatchInferClient(server.BaseAddress);
        await using var tab = await served.OpenAsync(server.BaseAddress, "/submit?model=sentiment");
        var page = tab.Page;

        await page.GetByLabel("Upload").SetInputFilesAsync(new FilePayload { Name = "long.jsonl", MimeType = "application/jsonl", Buffer = LongCorpus() });
        await Expect(page.GetByText("long.jsonl:")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/jobs/*");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("paused");
        var job = await client.GetJobAsync(Guid.Parse(page.Url[^36..]), ct);
        // Each is seen by a later question of the page, which has a question more that stays unseen.
        foreach (int priority in (int[])[31, 32, 33, 34, 35])
        {
            await client.UpdateJobAsync(job.Id, new JobUpdate { Priority = priority }, ct);
            await Expect(page.Locator("dt:text-is('Priority') + dd")).ToHaveTextAsync(priority.ToString(CultureInfo.InvariantCulture));
        }

        // Spans of one process arrive in the order in which they end: another job's are behind all of the page's.
        var marker = await client.SubmitJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { Records = ["A fine day."] } }, ct: ct);
        var spans = await receiver.Received.SpansUntilAsync(all => all.Exists(s => s.Name == "complete" && s.Attribute("batchinfer.job.id") == marker.Id.ToString()), ct);

        var clicked = spans.FindAll(s => s.TraceId == job.TraceId);
        Assert.Contains(clicked, s => s.Name == "submit");
        Assert.Contains(clicked, s => Path(s) == "/v1/jobs");
        // Once was by this test. The page's questions are in nobody's trace, and have none of their own.
        var asked = Assert.Single(spans, s => Path(s).StartsWith($"/v1/jobs/{job.Id}", StringComparison.Ordinal) && s.Attribute("http.request.method") is "GET");
        Assert.DoesNotContain(asked, clicked);
        tab.AssertQuiet();
    }

    private static string Path(ReceivedSpan span) =>
        span.Attribute("url.path") ?? (span.Attribute("url.full") is { } url ? new Uri(url).AbsolutePath : "");

    // Long enough to be caught and paused.
    private static byte[] LongCorpus() => System.Text.Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, 40_000).Select(i => $$"""{"text":"Sentence {{i}} says that the weather of day {{i * 7}} was rather pleasant."}""" + "\n")));
}
