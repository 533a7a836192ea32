using System.Globalization;
using BatchInfer.Contracts;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>What people do with a job, from the upload to the retry.</summary>
public sealed class JobFlowTests(ServedPage served)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_uploaded_file_is_planned_then_run_and_its_predictions_are_shown()
    {
        await using var tab = await served.OpenAsync("/submit?model=sentiment");
        var page = tab.Page;
        await page.GetByLabel("Upload").SetInputFilesAsync(Repository.SampleSentences);
        await Expect(page.GetByText("sentences.jsonl:")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Field of the id")).ToHaveValueAsync("id");

        await page.GetByRole(AriaRole.Button, new() { Name = "Plan first" }).ClickAsync();
        await Expect(page.GetByText("Nothing has been submitted yet.")).ToBeVisibleAsync();
        int sentences = File.ReadLines(Repository.SampleSentences).Count();
        await Expect(tab.Figure("Records")).ToHaveTextAsync($"{sentences}");
        await Expect(tab.Figure("Bad ones")).ToHaveTextAsync("0");
        await Expect(tab.Figure("Tokens")).ToContainTextAsync(",");
        await Expect(tab.Figure("Workers")).ToHaveTextAsync("1");
        await tab.ShootAsync("submit");
        await tab.AssertAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/jobs/*");
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("completed");
        await Expect(page.GetByText("A love letter to small towns").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Shards by worker" })).ToBeVisibleAsync();
        await Expect(page.Locator("a[href^='http://traces.example/trace/']")).ToHaveCountAsync(1);
        await AssertLengthsAsync(page, Guid.Parse(page.Url[^36..]));
        await tab.ShootAsync("job");
        await tab.AssertAccessibleAsync();
        tab.AssertQuiet();
    }

    [Fact]
    public async Task Failed_records_are_shown_with_their_text_and_run_again()
    {
        var job = await SubmitAsync(["Fine weather.", "", "   "]);
        await using var tab = await served.OpenAsync($"/jobs/{job.Id}");
        await Expect(tab.Page.Locator("h1 .status")).ToHaveTextAsync("completed");
        await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Errors" })).ToBeVisibleAsync();
        await Expect(tab.Page.GetByText("empty_text").First).ToBeVisibleAsync();
        await tab.ShootAsync("job-errors");
        await tab.AssertAccessibleAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry failed records" }).ClickAsync();
        await Expect(tab.Page.GetByText("Retry of")).ToBeVisibleAsync();
        Assert.DoesNotContain(job.Id.ToString(), tab.Page.Url, StringComparison.Ordinal);
        tab.AssertQuiet();
    }

    [Theory]
    [InlineData("/", Look.Phone)]
    [InlineData("/submit", Look.Phone)]
    [InlineData("/workers", Look.Phone)]
    [InlineData("/models", Look.Phone)]
    [InlineData("/lookup", Look.Phone)]
    [InlineData("/", Look.Dark)]
    [InlineData("/submit", Look.Dark)]
    [InlineData("/workers", Look.Dark)]
    [InlineData("/models", Look.Dark)]
    [InlineData("/lookup", Look.Dark)]
    [InlineData("job", Look.Phone)]
    [InlineData("job", Look.Dark)]
    public async Task Every_page_fits_a_phone_and_the_dark(string path, Look look)
    {
        var job = await SubmitAsync(["A fine day.", "A dreadful evening, and a worse night.", ""]);
        await using var tab = await served.OpenAsync(path == "job" ? $"/jobs/{job.Id}" : path, look);
        if (path == "job") await Expect(tab.Page.Locator("h1 .status")).ToHaveTextAsync("completed");
        else if (path is not "/submit" and not "/lookup") await tab.Page.Locator("main table").First.WaitForAsync();
        await tab.AssertFitsAsync();
        await tab.AssertAccessibleAsync();
        await tab.ShootAsync($"{(path == "/" ? "jobs" : path.Trim('/'))}-{look}".ToLowerInvariant());
        tab.AssertQuiet();
    }

    [Fact]
    public async Task A_stored_prediction_is_found_by_its_input()
    {
        var done = await served.Api.WatchJobAsync(await SubmitAsync(["A sentence to be found again."]), ct: Ct).LastAsync(Ct);
        Assert.Equal(JobStatus.Completed, done.Status);
        await using var tab = await served.OpenAsync("/lookup");
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Model", Exact = true }).SelectOptionAsync("sentiment");
        await tab.Page.GetByLabel("Input, exactly").FillAsync("A sentence to be found again.");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Look up" }).ClickAsync();
        await Expect(tab.Page.Locator(".answer")).ToContainTextAsync("TIVE 0.");
        await tab.ShootAsync("lookup");
        tab.AssertQuiet();
    }

    [Fact]
    public async Task The_page_allows_no_script_from_elsewhere_and_no_upload_without_its_token()
    {
        if (Chromium.Path is null) Assert.Skip("Nothing is served: there is no Chromium here.");
        using var http = new HttpClient { BaseAddress = served.Address };
        using var page = await http.GetAsync(new Uri("/", UriKind.Relative), Ct);
        Assert.Contains("script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var upload = await http.PostAsync(new Uri("/page/files?name=x.jsonl", UriKind.Relative), new StringContent("{}"), Ct);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, upload.StatusCode);
        using var circuit = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        circuit.Headers.Add("Origin", "http://elsewhere.example");
        using var refused = await http.SendAsync(circuit, Ct);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
    }

    /// <summary>The histogram says what the API says, bucket by bucket.</summary>
    private async Task AssertLengthsAsync(IPage page, Guid id)
    {
        var (lengths, counts) = ((await served.Api.GetTimelineAsync(id, Ct)).Lengths, (await served.Api.GetJobAsync(id, Ct)).Counts);
        Assert.InRange(lengths.Count, 2, 20);
        Assert.Equal((counts.Computed, counts.Tokens), (lengths.Sum(b => b.Records), lengths.Sum(b => b.Tokens)));
        var rows = page.Locator("table.bars tbody tr");
        await Expect(rows).ToHaveCountAsync(lengths.Count);
        long most = lengths.Max(b => b.Records);
        for (int i = 0; i < lengths.Count; i++)
        {
            var (row, bucket) = (rows.Nth(i), lengths[i]);
            double padding = (double)(bucket.PaddedTokens - bucket.Tokens) / bucket.PaddedTokens;
            await Expect(row.Locator("td").First).ToHaveTextAsync($"{bucket.UpTo / 2 + 1}–{bucket.UpTo}");
            await Expect(row.Locator(".fill")).ToHaveTextAsync(bucket.Records.ToString("N0", CultureInfo.InvariantCulture));
            await Expect(row.Locator("td").Last).ToHaveTextAsync(padding == 0 ? "0%" : string.Create(CultureInfo.InvariantCulture, $"{100 * padding:0.#}%"));
            string? width = await row.Locator("rect").GetAttributeAsync("width");
            Assert.Equal(1000.0 * bucket.Records / most, double.Parse(width!, CultureInfo.InvariantCulture), tolerance: 0.01);
        }

        string padded = (counts.PaddedTokens - counts.Tokens).ToString("N0", CultureInfo.InvariantCulture);
        await Expect(page.GetByText($"{counts.Tokens.ToString("N0", CultureInfo.InvariantCulture)} tokens, {padded} of padding beside them.")).ToBeVisibleAsync();
    }

    private Task<JobResource> SubmitAsync(string[] texts)
    {
        if (Chromium.Path is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        return served.Api.SubmitJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { Records = [.. texts] } }, ct: Ct);
    }
}
