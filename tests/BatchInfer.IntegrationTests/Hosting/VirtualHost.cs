using System.Net.Http.Headers;
using System.Text;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>A virtual host of RabbitMQ that lives as long as its test.</summary>
internal sealed class VirtualHost : IAsyncDisposable
{
    private readonly HttpClient _management;
    private readonly string _name;

    private VirtualHost(HttpClient management, string name, Uri uri) => (_management, _name, Uri) = (management, name, uri);

    /// <summary>The broker's address with this virtual host.</summary>
    public Uri Uri { get; }

    public static async Task<VirtualHost> CreateAsync(Uri broker, Uri management, CancellationToken ct)
    {
        string name = $"test-{Guid.NewGuid():N}";
        var client = new HttpClient { BaseAddress = management };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(broker.UserInfo))));
        using var response = await client.PutAsync(new Uri($"api/vhosts/{name}", UriKind.Relative), new StringContent("", Encoding.UTF8, "application/json"), ct);
        response.EnsureSuccessStatusCode();
        return new VirtualHost(client, name, new UriBuilder(broker) { Path = name }.Uri);
    }

    public async ValueTask DisposeAsync()
    {
        using var response = await _management.DeleteAsync(new Uri($"api/vhosts/{_name}", UriKind.Relative));
        _management.Dispose();
    }
}
