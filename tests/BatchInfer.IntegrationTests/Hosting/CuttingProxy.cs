using System.Net;
using System.Net.Sockets;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>
/// Passes a server's connections on, and breaks them when so many bytes of its answers have come by, or lets nothing through for a
/// while and without a word, as a network does whose cable is pulled.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly Uri _server;
    private readonly Task _accepting;
    private readonly long _most;
    private long _passedOn;
    private volatile TaskCompletionSource _open = new();

    private CuttingProxy(Uri server, long most)
    {
        (_server, _most) = (server, most);
        _open.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Bytes of answers, heads included.</summary>
    public long PassedOn => Interlocked.Read(ref _passedOn);

    /// <param name="server">Whose answers.</param>
    /// <param name="most">Bytes after which it breaks.</param>
    public static CuttingProxy Start(Uri server, long most = long.MaxValue) => new(server, most);

    /// <summary>From now on nothing comes through, either way; no connection is broken or refused.</summary>
    public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets through what was held, and all that follows.</summary>
    public void Release() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(PassOnAsync(await _listener.AcceptTcpClientAsync(_over.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task PassOnAsync(TcpClient client)
    {
        using var toServer = new TcpClient();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        using (client)
        {
            try
            {
                await _open.Task.WaitAsync(end.Token);
                await toServer.ConnectAsync(_server.Host, _server.Port, end.Token);
                await Task.WhenAll(
                    EndsBothAsync(AskAsync(client.GetStream(), toServer.GetStream(), end.Token)),
                    EndsBothAsync(AnswerAsync(toServer.GetStream(), client.GetStream(), end.Token)));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side has gone, and with it the connection.
            }
        }

        async Task EndsBothAsync(Task way)
        {
            try
            {
                await way;
            }
            finally
            {
                await end.CancelAsync();
            }
        }
    }

    private async Task AskAsync(NetworkStream client, NetworkStream server, CancellationToken ct)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await client.ReadAsync(buffer, ct) is > 0 and var read)
        {
            await _open.Task.WaitAsync(ct);
            await server.WriteAsync(buffer.AsMemory(0, read), ct);
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client, CancellationToken ct)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await server.ReadAsync(buffer, ct) is > 0 and var read)
        {
            await _open.Task.WaitAsync(ct);
            long passed = Interlocked.Add(ref _passedOn, read);
            int kept = (int)Math.Max(0, read - Math.Max(0, passed - _most));
            await client.WriteAsync(buffer.AsMemory(0, kept), ct);
            if (kept < read) return;
        }
    }
}
