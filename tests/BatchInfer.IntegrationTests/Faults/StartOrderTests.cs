using System.Net;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Faults.Chaos;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>Services wait for what they need, say so, and come up by themselves.</summary>
[Collection(ServerFaults.Name)]
public sealed class StartOrderTests
{
    [Fact(Timeout = 600_000)]
    public async Task Started_before_their_servers_they_say_what_they_wait_for_and_then_go_on()
    {
        var ct = TestContext.Current.CancellationToken;
        var configuration = new ChaosConfiguration(Coordinators: 1, Results: 1, Workers: 1, IsolatedWorkers: 0, CorporaByHttp: false);
        await using var cluster = await ChaosCluster.StartAsync(configuration, ct, serversAway: true);
        using var http = new HttpClient();
        foreach (var slot in cluster.Services)
        {
            var process = await slot.RunningAsync(ct);
            var (status, health) = await Health.ReadyAsync(http, process, ct);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("masstransit-bus: Not ready", health, StringComparison.Ordinal);
            if (slot.Name != "Worker") Assert.Contains("atabase", health, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(process.BaseAddress, "health/live"), ct)).StatusCode);
        }

        // A request is told to come back, and not left waiting.
        var coordinator = await cluster.Coordinators[0].RunningAsync(ct);
        using var refused = await http.GetAsync(new Uri(coordinator.BaseAddress, "v1/models"), ct);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (refused.StatusCode, refused.Headers.RetryAfter!.ToString()));
        Assert.Contains("database is not ready", coordinator.Log, StringComparison.Ordinal);

        // The broker first, or the database: here both at once.
        await Task.WhenAll(cluster.Servers.StartAgainAsync("postgres", ct), cluster.Servers.StartAgainAsync("rabbitmq", ct));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        foreach (var slot in cluster.Services)
            while ((await Health.ReadyAsync(http, await slot.RunningAsync(ct), ct)).Status != HttpStatusCode.OK) await timer.WaitForNextTickAsync(ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(200), "corpus.jsonl", new JobRequest { Model = "sentiment" }, ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.Equal((200, 0), (done.Counts.Total, done.Counts.Failed));
    }
}
