using System.Globalization;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A worker that is cut off from the broker, and back when others have done its work: what it sends then changes nothing.</summary>
[Collection(ServerFaults.Name)]
public sealed partial class CutOffWorkerTests
{
    private const int Records = 6000;
    private static readonly JobRequest Request = new() { Model = "sentiment", IdField = "id" };

    /// <summary>
    /// Either worker and broker notice soon, and the broker gives its shards to others; or neither does before the leases have run
    /// out, and all that the worker has sent meanwhile arrives in the end.
    /// </summary>
    [Theory(Timeout = 300_000)]
    [InlineData(2)]
    [InlineData(120)]
    public async Task A_worker_cut_off_for_longer_than_its_lease_changes_nothing_when_it_is_back(int heartbeatSeconds)
    {
        var ct = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string>
        {
            ["Coordinator__LeaseSeconds"] = "5", ["Coordinator__WorkerTimeoutSeconds"] = "5", ["Inference__ParallelRuns"] = "1",
            ["Bus__HeartbeatSeconds"] = heartbeatSeconds.ToString(CultureInfo.InvariantCulture),
        };
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 0, ct, settings: settings);
        await using var cable = CuttingProxy.Start(cluster.Broker);
        var byCable = new UriBuilder(cluster.Broker) { Host = cable.Url.Host, Port = cable.Url.Port }.Uri;
        var cutOff = await cluster.AddWorkerAsync(ct, more: new Dictionary<string, string> { ["Bus__Uri"] = byCable.ToString() });
        await cluster.Client.ModelAsync("sentiment", ct);
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", Request, ct);
        // One shard is done, so the next ones are in hand: two at once, always.
        await cutOff.SawAsync(Inferred(), ct);
        cable.Hold();
        var atCut = await cluster.Client.GetJobAsync(job.Id, ct);
        Assert.True(atCut.Counts.ShardsPersisted < atCut.Counts.Shards, "The job was over before the worker could be cut off.");

        var other = await cluster.AddWorkerAsync(ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        var lines = await cluster.Client.LinesAsync(done, ct);
        Assert.True(await cluster.AskAsync("SELECT max(attempt) FROM coordinator.shards", ct) > 1, "No shard was given to the other worker.");

        cable.Release();
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (heartbeatSeconds > 60 && !cutOff.Inferred(job.Id).Intersect(other.Inferred(job.Id)).Any()) await timer.WaitForNextTickAsync(ct);
        // Alone it works as before; what it had from the time before the cut it has got rid of by then.
        await other.TerminateAsync(ct);
        var next = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(1000, "next "), "next.jsonl", Request, ct);
        var nextDone = await cluster.Client.CompletedAsync(next.Id, ct);
        Assert.Equal((1000, 0), (nextDone.Counts.Total, nextDone.Counts.Failed));
        Assert.Equal(done.Counts, (await cluster.Client.GetJobAsync(job.Id, ct)).Counts);
        Assert.Equal(lines.Select(l => (l.CustomId, l.Output?.GetRawText())), (await cluster.Client.LinesAsync(done, ct)).Select(l => (l.CustomId, l.Output?.GetRawText())));
    }

    [GeneratedRegex("Inferred ")]
    private static partial Regex Inferred();
}
