using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>One service as a process of its own, as it runs in production; only so can it be killed.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter? _file;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(Regex Pattern, TaskCompletionSource<string> Seen)> _awaited = [];

    private ServiceProcess(Process process, StreamWriter? file) => (_process, _file) = (process, file);

    public Uri BaseAddress => _listening.Task.Result;

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Ends when the process does.</summary>
    public Task Ended => _process.WaitForExitAsync();

    public string Log => string.Join('\n', _log);

    /// <summary>Starts a service and returns when it listens.</summary>
    /// <param name="service">Its assembly, e.g. <c>BatchInfer.Worker</c>; it lies beside the tests.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="arguments">Command line.</param>
    public static Task<ServiceProcess> StartAsync(
        string service, IReadOnlyDictionary<string, string> environment, CancellationToken ct, params string[] arguments) =>
        StartInAsync([], service, environment, ct, arguments);

    /// <summary>The same by way of another program, which it takes the place of, such as <c>ip netns exec …</c></summary>
    public static async Task<ServiceProcess> StartInAsync(
        IReadOnlyList<string> launcher, string service, IReadOnlyDictionary<string, string> environment, CancellationToken ct, params string[] arguments)
    {
        string[] command = [.. launcher, "dotnet", Path.Combine(AppContext.BaseDirectory, service + ".dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Logging__LogLevel__Microsoft"] = "Warning";
        start.Environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information";
        start.Environment["Logging__Console__FormatterName"] = "simple";
        start.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        start.Environment["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = new ServiceProcess(new Process { StartInfo = start }, OpenLog(service));
        process._process.OutputDataReceived += (_, e) => process.OnLine(e.Data);
        process._process.ErrorDataReceived += (_, e) => process.OnLine(e.Data);
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        _ = process.FailWhenEndedAsync(service);
        try
        {
            await process._listening.Task.WaitAsync(ct);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when a line of its log matches.</summary>
    public Task<string> SawAsync(Regex pattern, CancellationToken ct)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited) _awaited.Add((pattern, seen));
        if (_log.FirstOrDefault(pattern.IsMatch) is { } earlier) seen.TrySetResult(earlier);
        return seen.Task.WaitAsync(ct);
    }

    /// <summary>SIGKILL: the process gets no chance to say anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: the process is asked to stop, and waited for.</summary>
    public async Task TerminateAsync(CancellationToken ct)
    {
        await Signals.SendAsync(Id, Signals.Terminate);
        await _process.WaitForExitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (_file is not null) OnLine($"Processor time until here: {_process.TotalProcessorTime.TotalSeconds:0.0} s.");
            await KillAsync();
        }

        _process.Dispose();
        if (_file is not null) await _file.DisposeAsync();
    }

    /// <summary>Where BATCHINFER_TEST_LOGS names a folder, each process leaves its log there, whether or not its test fails.</summary>
    private static StreamWriter? OpenLog(string service) =>
        Environment.GetEnvironmentVariable("BATCHINFER_TEST_LOGS") is { Length: > 0 } folder
            ? new StreamWriter(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{DateTime.UtcNow:HHmmss.fff}-{service}.log")) { AutoFlush = true }
            : null;

    /// <summary>The wait for its end is also one for its last lines, which say why.</summary>
    private async Task FailWhenEndedAsync(string service)
    {
        await _process.WaitForExitAsync();
        _listening.TrySetException(new InvalidOperationException($"{service} ended before it listened:\n{Log}"));
    }

    private void OnLine(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        lock (_awaited) _file?.WriteLine(line);
        if (Listening().Match(line) is { Success: true } match) _listening.TrySetResult(new Uri(match.Groups[1].Value));
        lock (_awaited)
        {
            foreach (var (pattern, seen) in _awaited)
                if (pattern.IsMatch(line)) seen.TrySetResult(line);
        }
    }

    [GeneratedRegex(@"Now listening on: (http://[^\s""]+)")]
    private static partial Regex Listening();
}
