using BatchInfer.Contracts;
using BatchInfer.DashboardTests;
using BatchInfer.Standalone;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ServedPage))]

namespace BatchInfer.DashboardTests;

/// <summary>A whole product in this process with the sample model and three tiny ones, and one browser that looks at it.</summary>
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
        string models = _folder["models"];
        Directory.CreateDirectory(models);
        Directory.CreateSymbolicLink(Path.Combine(models, "sentiment"), Path.Combine(Repository.SampleModels, "sentiment"));
        TinyTranslator.Write(Path.Combine(models, "translator"));
        TinyTranslator.Write(Path.Combine(models, "translator-b"), new System.Text.Json.Nodes.JsonObject { ["max_length"] = 4 });
        WriteEntailer(Path.Combine(models, "nli"));
        _host = await StandaloneHost.StartAsync(new StandaloneSettings
        {
            DataFolder = _folder["data"],
            ModelsFolder = models,
            Quiet = true,
            Arguments = ["--Dashboard:RefreshSeconds=0.2", "--Dashboard:TraceUrl=http://traces.example/trace/{trace_id}"],
        }, CancellationToken.None);
        _client = new BatchInferClient(_host.BaseAddress);
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    /// <summary>A new tab with cookies of its own; the test is skipped where there is no browser.</summary>
    internal Task<Tab> OpenAsync(string path, Look look = Look.Light)
    {
        if (_browser is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        return OpenAsync(Address, path, look);
    }

    /// <summary>The same of a page that another process serves.</summary>
    internal async Task<Tab> OpenAsync(Uri address, string path, Look look = Look.Light, string awaited = "main h1")
    {
        if (_browser is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = look == Look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = look == Look.Phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 900 },
            HasTouch = look == Look.Phone,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var tab = new Tab(context, await context.NewPageAsync(), address);
        await tab.Page.GotoAsync(path);
        await tab.Page.Locator(awaited).First.WaitForAsync();
        return tab;
    }

    /// <summary>A model of a few numbers that says how one sentence follows from another.</summary>
    private static void WriteEntailer(string folder)
    {
        var labels = new[] { "contradiction", "neutral", "entailment" };
        using var model = TestModelFolder.Classifier(TestModelFolder.Table(3, (id, label) => id == TestModelFolder.Id("good") && label == 2 ? 2 : 0), labels);
        model.Save();
        Directory.CreateDirectory(folder);
        foreach (string path in Directory.EnumerateFiles(model.Root)) File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
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
