using System.Diagnostics;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;

namespace BatchInfer.Benchmarks.Lookup;

/// <summary>The results service as a process of its own, on its own bus: nobody sends it anything.</summary>
internal sealed class ResultsProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ResultsProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts it from what is built; returns when it is ready.</summary>
    public static async Task<ResultsProcess> StartAsync(string connectionString, int cacheMegabytes)
    {
        int port = Loopback.FreePort();
        string service = Path.Combine(Repository.Root, "services", "Results", "bin", "Release", "net10.0", "BatchInfer.Results.dll");
        var start = new ProcessStartInfo("dotnet", [service]) { RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["Database__ConnectionString"] = connectionString;
        start.Environment["Bus__Transport"] = "InMemory";
        start.Environment["LookUp__CacheMegabytes"] = cacheMegabytes.ToString(CultureInfo.InvariantCulture);
        start.Environment["OTEL_METRICS_EXPORTER"] = "prometheus";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        // It says that it waits for its tables as often as it is asked.
        start.Environment["Logging__LogLevel__Microsoft.Extensions.Diagnostics.HealthChecks"] = "None";
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{service} did not start.");
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        await Readiness.AwaitAsync(process, port, service);
        return new ResultsProcess(process, port);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
