using BatchInfer.Contracts;
using BatchInfer.DashboardTests;
using BatchInfer.Standalone;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ServedPage))]

namespace BatchInfer.DashboardTests;

/// <summary>A whole product in this process with the sample model, and one browser that looks at it.</summary>
public sealed class ServedPage : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private StandaloneHost? _host;
    private BatchInferClient? _client;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal BatchInferClient Api => _client ?? throw new InvalidOperationException("Nothing is served: there is no browser to look at it.");

    internal Uri Address => _host!.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Path is null) return;
        _host = await StandaloneHost.StartAsync(new StandaloneSettings
        {
            DataFolder = _folder["data"],
            ModelsFolder = Repository.SampleModels,
            Quiet = true,
            Arguments = ["--Dashboard:RefreshSeconds=0.2", "--Dashboard:TraceUrl=http://traces.example/trace/{trace_id}"],
        }, CancellationToken.None);
        _client = new BatchInferClient(_host.BaseAddress);
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    /// <summary>A new tab with cookies of its own; the test is skipped where there is no browser.</summary>
    internal async Task<Tab> OpenAsync(string path, Look look = Look.Light)
    {
        if (_browser is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            ColorScheme = look == Look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = look == Look.Phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 900 },
            HasTouch = look == Look.Phone,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var tab = new Tab(context, await context.NewPageAsync(), Address);
        await tab.Page.GotoAsync(path);
        await tab.Page.Locator("main h1").WaitForAsync();
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _client?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        _folder.Dispose();
    }
}
