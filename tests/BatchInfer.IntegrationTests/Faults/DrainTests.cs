using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A worker that is asked to stop: it keeps what it has predicted, hands the rest back, and is suspected of nothing.</summary>
[Collection(ClusterFaults.Name)]
public sealed partial class DrainTests
{
    private const int Records = 8000;

    [Fact(Timeout = 300_000)]
    public async Task A_worker_asked_to_stop_hands_back_what_it_cannot_finish_in_time()
    {
        var ct = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string> { ["Bus__DrainSeconds"] = "0", ["Inference__ParallelRuns"] = "1" };
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: settings);
        await cluster.Client.ModelAsync("sentiment", ct);
        var worker = cluster.Workers[0];
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await worker.SawAsync(Inferred(), ct);

        await worker.TerminateAsync(ct);
        Assert.Equal(0, worker.ExitCode);
        Assert.Matches(HandedBack(), worker.Log);
        // What it handed back waits at once: no lease has to run out.
        await WaitingAsync(cluster, job.Id, ct);

        await cluster.AddWorkerAsync(ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        await cluster.Client.LinesAsync(done, ct);
        Assert.Equal(0L, await cluster.AskAsync("SELECT sum(strikes) FROM coordinator.shards", ct));
    }

    [Fact(Timeout = 300_000)]
    public async Task A_worker_asked_to_stop_with_time_to_finish_finishes_what_it_has_and_no_shard_runs_twice()
    {
        var ct = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string> { ["Bus__DrainSeconds"] = "120", ["Inference__ParallelRuns"] = "1" };
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: settings);
        await cluster.Client.ModelAsync("sentiment", ct);
        var worker = cluster.Workers[0];
        var job = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await worker.SawAsync(Inferred(), ct);
        int before = worker.Inferred(job.Id).Count;

        await worker.TerminateAsync(ct);
        Assert.Equal(0, worker.ExitCode);
        Assert.DoesNotMatch(HandedBack(), worker.Log);
        Assert.True(worker.Inferred(job.Id).Count > before, "It had nothing in hand when it was asked to stop.");
        var atStop = await cluster.Client.GetJobAsync(job.Id, ct);
        Assert.False(atStop.Status.IsFinal(), "The job was over before the worker could be stopped.");

        var next = await cluster.AddWorkerAsync(ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        await cluster.Client.LinesAsync(done, ct);
        Assert.Equal(Enumerable.Range(0, (int)done.Counts.Shards), worker.Inferred(job.Id).Concat(next.Inferred(job.Id)).Order());
        Assert.Equal(1L, await cluster.AskAsync("SELECT max(attempt) FROM coordinator.shards", ct));
        Assert.Equal(0L, await cluster.AskAsync("SELECT sum(strikes) FROM coordinator.shards", ct));
    }

    private static async Task WaitingAsync(Cluster cluster, Guid job, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await cluster.AskAsync($"SELECT count(*) FROM coordinator.shards WHERE job_id = '{job}' AND status = 'Pending' AND attempt = 1", ct) < 1)
            await timer.WaitForNextTickAsync(ct);
    }

    [GeneratedRegex("Inferred ")]
    private static partial Regex Inferred();

    [GeneratedRegex("Handed .* back: this worker stops")]
    private static partial Regex HandedBack();
}
