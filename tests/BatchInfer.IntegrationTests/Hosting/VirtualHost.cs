using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

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

    /// <summary>Messages of a queue as the broker's management says it by HTTP, some seconds late: those that wait, and those that consumers hold.</summary>
    public async Task<(int All, int Unacknowledged)> MessagesAsync(string queue, CancellationToken ct)
    {
        var said = await _management.GetFromJsonAsync<JsonElement>(new Uri($"api/queues/{_name}/{queue}", UriKind.Relative), ct);
        return (Count("messages"), Count("messages_unacknowledged"));

        int Count(string name) => said.TryGetProperty(name, out var count) ? count.GetInt32() : 0;
    }

    public async ValueTask DisposeAsync()
    {
        using var response = await _management.DeleteAsync(new Uri($"api/vhosts/{_name}", UriKind.Relative));
        _management.Dispose();
    }
}
