using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using BatchInfer.IntegrationTests.Deployment;
using StackExchange.Redis;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>A Redis of one test's own, in memory only.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryFolder _folder;
    private ConnectionMultiplexer? _listener;

    private RedisServer(Process process, TemporaryFolder folder, int port) => (_process, _folder, Address) = (process, folder, $"127.0.0.1:{port}");

    /// <summary>Where it answers.</summary>
    public string Address { get; }

    /// <summary>Starts one and returns when it listens; null where Redis is not installed.</summary>
    public static async Task<RedisServer?> StartAsync(CancellationToken ct)
    {
        if (Tool.Find("redis-server") is not { } program) return null;
        var folder = new TemporaryFolder();
        int port = Loopback.FreePort();
        string[] arguments =
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--notify-keyspace-events", "KEA", "--dir", folder[""]];
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true } };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) listening.TrySetException(new InvalidOperationException("Redis ended before it listened."));
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal)) listening.TrySetResult();
        };
        process.Start();
        process.BeginOutputReadLine();
        var server = new RedisServer(process, folder, port);
        try
        {
            await listening.Task.WaitAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins to listen for keys that are written, and gives their names as they are.</summary>
    public async Task<ChannelReader<string>> WrittenKeysAsync()
    {
        var keys = Channel.CreateUnbounded<string>();
        _listener = await ConnectionMultiplexer.ConnectAsync(Address);
        await _listener.GetSubscriber().SubscribeAsync(RedisChannel.Literal("__keyevent@0__:hset"), (_, key) => keys.Writer.TryWrite(key.ToString()));
        return keys.Reader;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
