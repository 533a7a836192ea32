using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace BatchInfer.DashboardTests;

/// <summary>A viewer of traces that takes OTLP: Aspire's dashboard, as a process of its own.</summary>
internal sealed class TraceViewer : IDisposable
{
    private static readonly string Program =
        typeof(TraceViewer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "TraceViewer").Value!;

    private readonly Process _process;

    private TraceViewer(Process process, Uri address, Uri otlp) => (_process, Address, Otlp) = (process, address, otlp);

    public Uri Address { get; }

    /// <summary>Where traces are sent, by gRPC.</summary>
    public Uri Otlp { get; }

    public static async Task<TraceViewer> StartAsync(CancellationToken ct)
    {
        Uri address = Free(), otlp = Free();
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(Program) };
        start.Environment["ASPNETCORE_URLS"] = address.OriginalString;
        start.Environment["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = otlp.OriginalString;
        // On loopback, for as long as the test takes.
        start.Environment["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true";
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        process.OutputDataReceived += (_, line) =>
        {
            lock (said) said.AppendLine(line.Data);
            if (line.Data is null) listening.TrySetException(new InvalidOperationException($"{Program} ended: {said}"));
            // The last of its addresses.
            else if (line.Data.Contains("OTLP/gRPC listening on", StringComparison.Ordinal)) listening.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said) said.AppendLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await listening.Task.WaitAsync(ct);
        return new TraceViewer(process, address, otlp);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Uri Free() => new($"http://127.0.0.1:{Loopback.FreePort()}");
}
