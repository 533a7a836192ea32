using BatchInfer.Contracts;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

public sealed class JobsPageTests(ServedPage served)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
}
