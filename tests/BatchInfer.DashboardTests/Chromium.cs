using Microsoft.Playwright;

namespace BatchInfer.DashboardTests;

/// <summary>The machine's own Chromium: the one that BATCHINFER_TEST_CHROMIUM names, else where packages put it. None is downloaded.</summary>
internal static class Chromium
{
    private static readonly string[] Known =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("BATCHINFER_TEST_CHROMIUM") is { Length: > 0 } named ? named : Known.FirstOrDefault(File.Exists);

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Path,
        // A container's root has no sandbox to give. The rest keeps the browser from calling home.
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        ],
    });
}
