using BatchInfer.Contracts;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>Steering a job that runs, and a list of very many.</summary>
public sealed class ControlTests(ServedPage served)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_job_is_paused_prioritised_resumed_and_cancelled()
    {
        // Long enough to be caught: forty thousand texts that differ.
        string corpus = string.Concat(Enumerable.Range(0, 40_000).Select(i => $$"""{"text":"Sentence {{i}} says that the weather of day {{i * 7}} was rather pleasant."}""" + "\n"));
        await using var tab = await served.OpenAsync("/");
        var file = await served.Api.UploadFileAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(corpus)), "long.jsonl", ct: Ct);
        var job = await served.Api.SubmitJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { FileId = file.Id } }, ct: Ct);
        var page = tab.Page;
        await page.Locator($"a[href='/jobs/{job.Id}']").ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("paused");
        await page.GetByLabel("Priority").FillAsync("55");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set" }).ClickAsync();
        await Expect(page.GetByText("The priority is 55.")).ToBeAttachedAsync();
        await tab.ShootAsync("job-paused");
        await tab.AssertAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the job" }).ClickAsync();
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("cancelled");
        Assert.Equal(55, (await served.Api.GetJobAsync(job.Id, Ct)).Priority);
        tab.AssertQuiet();
    }

    [Fact]
    public async Task A_list_of_many_jobs_is_paged()
    {
        await using var tab = await served.OpenAsync("/");
        for (int i = 0; i < 60; i++) await served.Api.SubmitJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { Records = ["The same text."] } }, ct: Ct);
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator("table.jobs tbody tr")).ToHaveCountAsync(25);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Older" }).ClickAsync();
        await Expect(tab.Page.GetByText("Jobs 26 to 50")).ToBeVisibleAsync();
        tab.AssertQuiet();
    }

    [Fact]
    public async Task A_job_is_reached_and_submitted_by_the_keyboard_alone()
    {
        await using var tab = await served.OpenAsync("/submit?model=sentiment");
        var page = tab.Page;
        await FocusAsync("input[type=radio]:checked");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.GetByLabel("Address of an object").WaitForAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.GetByLabel("Texts, one a line").WaitForAsync();
        await FocusAsync("textarea");
        await page.Keyboard.TypeAsync("Typed without a mouse.");
        await FocusAsync("button[type=submit]:not([disabled])");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/jobs/*");
        await Expect(page.Locator("h1 .status")).ToHaveTextAsync("completed");
        await FocusAsync("nav a[href='/lookup']");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Input, exactly")).ToBeVisibleAsync();
        tab.AssertQuiet();

        // As a user gets there: by Tab, from wherever the focus is.
        async Task FocusAsync(string selector)
        {
            const int Stops = 60;
            for (int i = 0; i < Stops; i++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<bool>("s => document.activeElement?.matches(s) ?? false", selector)) return;
            }

            Assert.Fail($"{selector} is not reached by the Tab key.");
        }
    }
}
