using System.Diagnostics;
using System.Net;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary><c>Management__Port</c>: metrics and health on a port of their own, as on Kubernetes. Tried on the page, which needs no server.</summary>
public sealed class ManagementPortTests
{
    private static readonly string[] Inner = ["/metrics", "/METRICS/", "/%6Detrics", "/health/ready", "/Health/Ready"];

    [Fact(Timeout = 120_000)]
    public async Task What_a_port_of_their_own_shows_no_other_does_and_it_shows_nothing_else()
    {
        var ct = TestContext.Current.CancellationToken;
        int own = Loopback.FreePort();
        var settings = new Dictionary<string, string> { ["OTEL_METRICS_EXPORTER"] = "prometheus", ["Management__Port"] = $"{own}" };
        Assert.Equal(1, await ProbeAsync(settings, ct));
        await using var page = await ServiceProcess.StartAsync("BatchInfer.Dashboard", settings, ct);
        int port = page.BaseAddress.Port;
        Assert.NotEqual(own, port);
        foreach (string path in Inner)
        {
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await AskAsync(port, path, ct)));
            // What the sender says of the port is not believed.
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await AskAsync(port, path, ct, host: $"127.0.0.1:{own}")));
            Assert.Equal((path, HttpStatusCode.OK), (path, await AskAsync(own, path, ct)));
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(port, "/", ct));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(own, "/", ct));
        // Load balancers ask it, and the coordinator's is what a worker tries when the doctor asks whether it reads corpora.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(port, "/health/live", ct));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(own, "/health/live", ct));
        Assert.Equal(0, await ProbeAsync(settings, ct));
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_one_they_are_where_all_the_rest_is()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var page = await ServiceProcess.StartAsync("BatchInfer.Dashboard", new Dictionary<string, string> { ["OTEL_METRICS_EXPORTER"] = "prometheus" }, ct);
        foreach (string path in Inner.Append("/")) Assert.Equal((path, HttpStatusCode.OK), (path, await AskAsync(page.BaseAddress.Port, path, ct)));
    }

    private static async Task<HttpStatusCode> AskAsync(int port, string path, CancellationToken ct, string? host = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}{path}");
        request.Headers.Host = host;
        using var answer = await http.SendAsync(request, ct);
        return answer.StatusCode;
    }

    private static async Task<int> ProbeAsync(Dictionary<string, string> settings, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BatchInfer.Dashboard.dll"), "--probe"]);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        // Nobody listens there.
        start.Environment["ASPNETCORE_URLS"] = $"http://+:{Loopback.FreePort()}";
        using var probe = Process.Start(start)!;
        await probe.WaitForExitAsync(ct);
        return probe.ExitCode;
    }
}
