using System.Net;
using System.Net.Sockets;

namespace BatchInfer.Corpus;

/// <summary>
/// HTTP to hosts that a user named. Where a name leads is checked as the connection is made, so that no name that changes its address
/// meanwhile gets past; redirects are not followed, and no proxy hides where they go.
/// </summary>
internal static class GuardedHttp
{
    public static HttpClient Create(bool allowPrivate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, ct) => ConnectAsync(context.DnsEndPoint, allowPrivate, ct),
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowPrivate, CancellationToken ct)
    {
        var found = await Dns.GetHostAddressesAsync(host.Host, ct);
        var allowed = Array.FindAll(found, address => PublicNetworks.MayReach(address, allowPrivate));
        if (allowed.Length == 0)
            throw new ObjectStorageException(ObjectFault.NotAllowed,
                $"The host {host.Host} is in a private network, and corpora are read from public ones. "
                + $"Upload the corpus, or have the operator set {ObjectStorageOptions.Section}__AllowPrivateNetworks=true.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
