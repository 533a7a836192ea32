using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace BatchInfer.DashboardTests;

/// <summary>One tab, and all that it complained of.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public Tab(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page) = (context, page);
        // A job beside other tests takes its time; what is expected of it still has to come.
        page.SetDefaultTimeout(60_000);
        Assertions.SetDefaultExpectTimeout(60_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complain($"console {message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => Complain("script: " + error);
        page.RequestFailed += (_, request) => Complain($"failed: {request.Url} ({request.Failure})");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal) && new Uri(request.Url).Authority != address.Authority) Complain("another host: " + request.Url);
        };
    }

    public IPage Page { get; }

    /// <summary>No error, no warning, no request that failed or went elsewhere.</summary>
    public void AssertQuiet()
    {
        lock (_complaints) Assert.Empty(_complaints);
    }

    /// <summary>Nothing that keeps people from using it, by axe-core's WCAG 2.2 A and AA rules.</summary>
    public async Task AssertAccessibleAsync()
    {
        var result = await Page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
        Assert.Empty(result.Violations.Where(v => v.Impact is "serious" or "critical" or "moderate")
            .Select(v => $"{v.Impact} {v.Id}: {v.Help}; {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}"));
    }

    /// <summary>Nothing is wider than the screen.</summary>
    public async Task AssertFitsAsync() =>
        Assert.Equal(0, await Page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"));

    /// <summary>The number under a name, where the page has its figures.</summary>
    public ILocator Figure(string name) => Page.Locator(".figures > div", new() { Has = Page.GetByText(name, new() { Exact = true }) }).Locator("dd");

    public Task ShootAsync(string name, bool whole = true) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screenshots.Folder, name + ".png"), FullPage = whole });

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Complain(string complaint)
    {
        lock (_complaints) _complaints.Add(complaint);
    }
}
