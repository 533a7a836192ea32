using System.Net;
using System.Text.Json;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>What a service says of itself.</summary>
internal static class Health
{
    /// <summary>Asks whether it is ready.</summary>
    /// <returns>The answer's status, and a line for each of its checks.</returns>
    public static async Task<(HttpStatusCode Status, string Checks)> ReadyAsync(HttpClient http, ServiceProcess process, CancellationToken ct)
    {
        using var response = await http.GetAsync(new Uri(process.BaseAddress, "health/ready"), ct);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
        return (response.StatusCode, string.Join('\n', body.RootElement.GetProperty("checks").EnumerateObject()
            .Select(c => $"{c.Name}: {c.Value.GetProperty("description").GetString()}")));
    }
}
