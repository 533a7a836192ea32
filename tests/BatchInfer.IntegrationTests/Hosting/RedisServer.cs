using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BatchInfer.IntegrationTests.Deployment;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>A Redis of one test's own, in memory only.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryFolder _folder;

    private RedisServer(Process process, TemporaryFolder folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <summary>Starts one; null where Redis is not installed.</summary>
    public static async Task<RedisServer?> StartAsync(CancellationToken ct)
    {
        if (Tool.Find("redis-server") is not { } program) return null;
        var folder = new TemporaryFolder();
        int port = Loopback.FreePort();
        var start = new ProcessStartInfo(program, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder[""]]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new RedisServer(process, folder, port);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (await server.AskAsync("PING", ct) == "+PONG") return server;
            }
            catch (SocketException) when (!process.HasExited)
            {
                // It does not listen yet.
            }

            await Task.Delay(50, ct);
        }

        throw new OperationCanceledException(ct);
    }

    /// <summary>Sends a command without spaces in its arguments.</summary>
    /// <returns>The first line of the answer.</returns>
    public async Task<string> AskAsync(string command, CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port, ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), ct);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(ct) ?? "";
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
