using System.Diagnostics;

namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Waits for a service that was started as a process of its own.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <exception cref="InvalidOperationException">It ended.</exception>
    public static async Task AwaitAsync(Process process, int port, string name)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var timer = new PeriodicTimer(Poll);
        while (!await IsReadyAsync(http))
        {
            if (process.HasExited) throw new InvalidOperationException($"{name} ended with {process.ExitCode}. Is it built? dotnet build BatchInfer.sln -c Release");
            await timer.WaitForNextTickAsync();
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
