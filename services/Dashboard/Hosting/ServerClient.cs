using BatchInfer.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace BatchInfer.Dashboard.Hosting;

/// <summary>The HTTP API's client. Made at its first use: where this process answers the API itself, its address is known only then.</summary>
internal sealed class ServerClient(IOptions<DashboardOptions> options, IServer server) : IDisposable
{
    private readonly Lazy<BatchInferClient> _client = new(() => new BatchInferClient(options.Value.Server ?? OwnAddress(server)));

    public BatchInferClient Api => _client.Value;

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    private static Uri OwnAddress(IServer server)
    {
        string address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("Dashboard:Server is not set, and this process listens nowhere.");
        var uri = new UriBuilder(address.Replace("//+", "//[::]", StringComparison.Ordinal).Replace("//*", "//[::]", StringComparison.Ordinal));
        // Listening on every address is an address for listening only.
        if (uri.Host is "0.0.0.0") uri.Host = "127.0.0.1";
        if (uri.Host is "[::]") uri.Host = "localhost";
        return uri.Uri;
    }
}
