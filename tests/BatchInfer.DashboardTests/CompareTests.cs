using BatchInfer.Contracts;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>Two models side by side, by what they have predicted.</summary>
public sealed class CompareTests(ServedPage served)
{
    private static readonly string[] Records = ["one two", "three four five", "six"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_models_are_compared_over_the_inputs_that_both_predicted()
    {
        await using var tab = await served.OpenAsync("/models");
        var page = tab.Page;
        await PredictAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare any two" }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "One", Exact = true }).SelectOptionAsync("translator");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "The other", Exact = true }).SelectOptionAsync("translator-b");
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare", Exact = true }).ClickAsync();
        // One may write three words at most, and one of the texts has more.
        await Expect(tab.Figure("Same answer")).ToHaveTextAsync("66.7%");
        await Expect(tab.Figure("Text edited, mean")).ToContainTextAsync("%");
        await Expect(page.Locator("table tbody tr")).ToHaveCountAsync(1);
        Assert.Contains(await page.Locator("table tbody td").First.InnerTextAsync(), Records);
        await tab.ShootAsync("compare");
        await tab.AssertFitsAsync();
        await tab.AssertAccessibleAsync();

        await page.GetByRole(AriaRole.Combobox, new() { Name = "The other", Exact = true }).SelectOptionAsync("nli");
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing in common" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "The other", Exact = true }).SelectOptionAsync("translator");
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("there is nothing to compare");
        tab.AssertQuiet();
    }

    [Theory]
    [InlineData(Look.Phone)]
    [InlineData(Look.Dark)]
    public async Task The_report_fits_a_phone_and_the_dark(Look look)
    {
        await using var tab = await served.OpenAsync("/models/compare?old=translator&new=translator-b", look);
        await PredictAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Compare", Exact = true }).ClickAsync();
        await tab.Page.Locator("table tbody tr").First.WaitForAsync();
        await tab.AssertFitsAsync();
        await tab.AssertAccessibleAsync();
        await tab.ShootAsync($"compare-{look}".ToLowerInvariant());
        tab.AssertQuiet();
    }

    private async Task PredictAsync()
    {
        foreach (string model in (string[])["translator", "translator-b"])
        {
            var job = await served.Api.SubmitJobAsync(new JobRequest { Model = model, Input = new JobInput { Records = [.. Records] } }, ct: Ct);
            Assert.Equal(JobStatus.Completed, (await served.Api.WatchJobAsync(job, ct: Ct).LastAsync(Ct)).Status);
        }
    }
}
