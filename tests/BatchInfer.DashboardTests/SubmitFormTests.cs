using BatchInfer.Contracts;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>What the form asks of a task, and what leaves the page as a file.</summary>
public sealed class SubmitFormTests(ServedPage served)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Labels_of_the_users_own_are_asked_for_and_scored()
    {
        await using var tab = await served.OpenAsync("/submit?model=nli");
        var page = tab.Page;
        await page.GetByLabel("Task").SelectOptionAsync(TaskNames.ZeroShotClassification);
        await page.GetByLabel("Labels, with commas between").FillAsync("good, bad");
        await PasteAsync(page, "A film.");
        await tab.AssertAccessibleAsync();
        var job = await SubmitAsync(page);
        Assert.Equal(["good", "bad"], job.Parameters["candidate_labels"]!.AsArray().Select(l => (string)l!));
        await Expect(page.Locator("section, .panel").Filter(new() { HasText = "Predictions" }).Last).ToContainTextAsync("good");
        tab.AssertQuiet();
    }

    [Fact]
    public async Task A_prompt_is_asked_for_and_refused_before_the_job_where_it_fits_no_record()
    {
        await using var tab = await served.OpenAsync("/submit?model=translator");
        var page = tab.Page;
        await page.GetByLabel("Prompt of each record").FillAsync("{{ nope }}");
        await PasteAsync(page, "one two three");
        await page.GetByRole(AriaRole.Button, new() { Name = "Plan first" }).ClickAsync();
        await Expect(page.GetByText("nope").Last).ToBeVisibleAsync();
        await page.GetByLabel("Prompt of each record").FillAsync("four {{ text }}");
        await tab.ShootAsync("submit-prompt");
        await tab.AssertAccessibleAsync();
        var job = await SubmitAsync(page);
        Assert.Equal("four {{ text }}", job.Prompt!.Template);
        tab.AssertQuiet();
    }

    [Fact]
    public async Task Examples_are_sent_as_lines_or_an_array_and_said_to_be_wrong_by_their_line()
    {
        await using var tab = await served.OpenAsync("/submit?model=translator");
        var page = tab.Page;
        await page.GetByLabel("Examples, one a line").FillAsync("{\"input\":\"one\",\"output\":\"two\"}\n{\"input\":\"three\"}");
        await PasteAsync(page, "four five six");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();
        await Expect(page.Locator(".mud-alert").Filter(new() { HasText = "Examples: Line 2 should look like" })).ToBeVisibleAsync();
        await tab.AssertAccessibleAsync();
        await page.GetByLabel("Examples, one a line").FillAsync("[{\"input\":\"one\",\"output\":\"two\"}, {\"input\":{\"text\":\"three\"},\"output\":\"four\"}]");
        var job = await SubmitAsync(page);
        Assert.Equal(["\"one\" two", "{\"text\":\"three\"} four"], job.Prompt!.Examples!.Select(e => $"{e.Input.ToJsonString()} {e.Output}"));
        Assert.Equal((null, null, false), (job.Prompt.System, job.Prompt.Template, job.Prompt.Chat));
        tab.AssertQuiet();
    }

    [Fact]
    public async Task An_address_that_the_server_may_not_read_is_refused_with_its_words()
    {
        await using var tab = await served.OpenAsync("/submit?model=sentiment");
        var page = tab.Page;
        await page.GetByLabel("An address").CheckAsync();
        await page.GetByLabel("Address of an object").FillAsync("ftp://example.org/corpus.jsonl");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();
        await Expect(page.Locator(".mud-alert").Filter(new() { HasText = "s3://" })).ToBeVisibleAsync();
        Assert.EndsWith("/submit?model=sentiment", page.Url, StringComparison.Ordinal);
        await tab.AssertAccessibleAsync();
        tab.AssertQuiet();
    }

    [Theory]
    [InlineData("JSONL", "jsonl", 3)]
    [InlineData("CSV", "csv", 4)]
    [InlineData("Parquet", "parquet", 0)]
    public async Task Predictions_are_taken_home_as_a_file(string name, string extension, int lines)
    {
        await using var tab = await served.OpenAsync("/submit?model=sentiment");
        await PasteAsync(tab.Page, "A fine day.\nA dreadful evening.\nNeither.");
        var job = await SubmitAsync(tab.Page);
        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync());
        Assert.Equal($"{job.Id}.{extension}", download.SuggestedFilename);
        byte[] content = await File.ReadAllBytesAsync(await download.PathAsync(), Ct);
        if (lines > 0) Assert.Equal(lines, content.Count(b => b == '\n'));
        else Assert.Equal("PAR1"u8, content.AsSpan()[^4..]);
    }

    private static async Task PasteAsync(IPage page, string lines)
    {
        await page.GetByLabel("Texts pasted here").CheckAsync();
        await page.GetByLabel("Texts, one a line").FillAsync(lines);
        await page.GetByLabel("Texts, one a line").BlurAsync();
    }

    private async Task<JobResource> SubmitAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/jobs/*");
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("completed");
        return await served.Api.GetJobAsync(Guid.Parse(page.Url[^36..]), Ct);
    }
}
