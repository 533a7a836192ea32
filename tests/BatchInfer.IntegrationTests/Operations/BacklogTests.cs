using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary><c>GET /v1/backlog</c>, by which workers are started from none and stopped again.</summary>
[Collection(SharedServers.Name)]
public sealed class BacklogTests
{
    private const int Window = 2;

    // A worker that stands still counts as alive, and what it was sent as its own, for longer than the test takes.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Coordinator__WindowPerWorker"] = $"{Window}", ["Coordinator__WorkerTimeoutSeconds"] = "3600", ["Coordinator__LeaseSeconds"] = "3600",
    };

    [Fact(Timeout = 300_000)]
    public async Task Shards_wait_for_workers_that_are_not_there_and_for_those_that_are_but_not_where_their_job_is_paused()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: Settings);
        var client = cluster.Client;
        var model = await client.ModelAsync("sentiment", ct);
        string[] queue = [QueueNames.Infer(model.Revision)];
        await AssertAsync(null, jobs: 0, shards: 0, inFlight: 0, []);

        // No worker, so nothing is sent: a queue's length would say that nothing waits.
        await cluster.Workers[0].TerminateAsync(ct);
        await WithoutWorkersAsync(client, ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(6000), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        job = await client.UntilAsync(job.Id, j => j.Status == JobStatus.Running, ct);
        Assert.InRange(job.Counts.Shards, Window + 1, int.MaxValue);
        await AssertAsync("sentiment", jobs: 1, job.Counts.Shards, inFlight: 0, queue);
        await AssertAsync(null, jobs: 1, job.Counts.Shards, inFlight: 0, queue);
        await AssertAsync("another", jobs: 0, shards: 0, inFlight: 0, []);

        // Nobody need be started for a job that is paused, and somebody once it goes on.
        await client.PauseJobAsync(job.Id, ct);
        await AssertAsync("sentiment", jobs: 0, shards: 0, inFlight: 0, queue);

        // A worker that is there but does nothing: what it was sent still waits to be stored.
        var worker = await cluster.AddWorkerAsync(ct);
        await client.ModelAsync("sentiment", ct);
        await Signals.SendAsync(worker.Id, Signals.Stop);
        await client.ResumeJobAsync(job.Id, ct);
        await InFlightAsync(client, Window, ct);
        await AssertAsync("sentiment", jobs: 1, job.Counts.Shards, inFlight: Window, queue);

        // Nothing waits in the queue, and yet it is not empty: so KEDA asks, and stops no worker whose shards are the last.
        await UnacknowledgedAsync(cluster, queue[0], Window, ct);
        Assert.Equal(0u, await cluster.QueuedAsync(queue[0], ct));

        // Paused, it keeps the worker that has its shards in hand.
        await client.PauseJobAsync(job.Id, ct);
        await AssertAsync("sentiment", jobs: 0, shards: Window, inFlight: Window, queue);

        await Signals.SendAsync(worker.Id, Signals.Continue);
        await client.ResumeJobAsync(job.Id, ct);
        await client.CompletedAsync(job.Id, ct);
        await AssertAsync("sentiment", jobs: 0, shards: 0, inFlight: 0, []);

        async Task AssertAsync(string? of, int jobs, long shards, int inFlight, string[] queues)
        {
            var backlog = await client.GetBacklogAsync(of, ct);
            Assert.Equal((of, jobs, shards, inFlight), (backlog.Model, backlog.Jobs, backlog.Shards, backlog.InFlight));
            Assert.Equal(queues, backlog.Queues);
        }
    }

    private static async Task WithoutWorkersAsync(BatchInferClient client, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await client.ListModelsAsync(ct)).Data.Any(m => m.Workers > 0)) await timer.WaitForNextTickAsync(ct);
    }

    private static async Task InFlightAsync(BatchInferClient client, int shards, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await client.GetBacklogAsync("sentiment", ct)).InFlight < shards) await timer.WaitForNextTickAsync(ct);
    }

    private static async Task UnacknowledgedAsync(Cluster cluster, string queue, int messages, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await cluster.MessagesAsync(queue, ct) != (messages, messages)) await timer.WaitForNextTickAsync(ct);
    }
}
