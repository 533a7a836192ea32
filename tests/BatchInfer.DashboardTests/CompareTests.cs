using BatchInfer.Contracts;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>Two models side by side, by what they have predicted.</summary>
public sealed class CompareTests(ServedPage served)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_models_are_compared_over_the_inputs_that_both_predicted()
    {
        await using var tab = await served.OpenAsync("/models");
        var page = tab.Page;
        string[] records = ["one two", "three four five", "six"];
        foreach (string model in (string[])["translator", "translator-b"])
        {
            var job = await served.Api.SubmitJobAsync(new JobRequest { Model = model, Input = new JobInput { Records = [.. records] } }, ct: Ct);
            Assert.Equal(JobStatus.Completed, (await served.Api.WatchJobAsync(job, ct: Ct).LastAsync(Ct)).Status);
        }

        await page.GetByRole(AriaRole.Link, new() { Name = "Compare any two" }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "One", Exact = true }).SelectOptionAsync("translator");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "The other", Exact = true }).SelectOptionAsync("translator-b");
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare", Exact = true }).ClickAsync();
        // One may write three words at most, and one of the texts has more.
        await Expect(tab.Figure("Same answer")).ToHaveTextAsync("66.7%");
        await Expect(tab.Figure("Text edited, mean")).ToContainTextAsync("%");
        await Expect(page.Locator("table tbody tr")).ToHaveCountAsync(1);
        Assert.Contains(await page.Locator("table tbody td").First.InnerTextAsync(), records);
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
}
