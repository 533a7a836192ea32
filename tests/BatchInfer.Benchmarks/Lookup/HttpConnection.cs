using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BatchInfer.Benchmarks.Lookup;

/// <summary>One kept-alive HTTP/1.1 connection that sends requests made beforehand: the client shares the server's cores, so it does the least it can.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1 << 16];

    public static async Task<HttpConnection> OpenAsync(int port)
    {
        var connection = new HttpConnection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <exception cref="InvalidOperationException">The answer was not 200.</exception>
    public async ValueTask CallAsync(ReadOnlyMemory<byte> request)
    {
        for (int sent = 0; sent < request.Length;) sent += await _socket.SendAsync(request[sent..]);
        int length = 0, head;
        while ((head = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0) length += await ReceiveAsync(length);
        if (!_buffer.AsSpan().StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException(Encoding.UTF8.GetString(_buffer, 0, length));
        int left = BodyLength(_buffer.AsSpan(0, head)) is { } body
            ? head + 4 + body - length
            : throw new InvalidOperationException("The answer has no Content-Length: " + Encoding.UTF8.GetString(_buffer, 0, head));
        while (left > 0) left -= await ReceiveAsync(0);
    }

    /// <summary>Sends a request whose answer comes in chunks, and reads to the last of them.</summary>
    public async ValueTask CallChunkedAsync(ReadOnlyMemory<byte> request)
    {
        for (int sent = 0; sent < request.Length;) sent += await _socket.SendAsync(request[sent..]);
        int length = await ReceiveAsync(0);
        if (!_buffer.AsSpan().StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException(Encoding.UTF8.GetString(_buffer, 0, length));
        while (!_buffer.AsSpan(0, length).EndsWith("\r\n0\r\n\r\n"u8))
        {
            // The end may lie across two reads.
            int kept = Math.Min(length, 8);
            _buffer.AsSpan(length - kept, kept).CopyTo(_buffer);
            length = kept + await ReceiveAsync(kept);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask<int> ReceiveAsync(int offset)
    {
        int received = await _socket.ReceiveAsync(_buffer.AsMemory(offset));
        return received > 0 ? received : throw new InvalidOperationException("The server closed the connection.");
    }

    private static int? BodyLength(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        int at = head.IndexOf(name);
        if (at < 0) return null;
        int value = 0;
        foreach (byte digit in head[(at + name.Length)..])
        {
            if (digit is < (byte)'0' or > (byte)'9') break;
            value = value * 10 + (digit - '0');
        }

        return value;
    }
}
