using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary><c>GET /v1/backlog</c>, by which workers are started from none and stopped again.</summary>
[Collection(OperatedServers.Name)]
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

        // The worker has taken them and nothing waits in the queue: whoever scaled by its length would stop a worker whose shards are the last.
        await TakenAsync(cluster, queue[0], ct);
        await AssertAsync("sentiment", jobs: 1, job.Counts.Shards, inFlight: Window, queue);

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

    [Fact(Timeout = 300_000)]
    public async Task A_folders_name_stands_for_its_variants_whose_workers_are_the_same()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        string model = folder["models/sentiment"];
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), model);
        // Another graph by its bytes: a field that nobody reads stands behind it.
        await File.WriteAllBytesAsync(Path.Combine(model, "onnx", "model_quantized.onnx"), [.. await File.ReadAllBytesAsync(Path.Combine(model, "onnx", "model.onnx"), ct), 0xC0, 0x3E, 0x01], ct);
        await using var cluster = await Cluster.StartAsync(folder["models"], workers: 1, ct, settings: Settings);
        var client = cluster.Client;
        var (plain, variant) = (await client.ModelAsync("sentiment", ct), await client.ModelAsync("sentiment:quantized", ct));
        Assert.NotEqual(plain.Revision, variant.Revision);
        await cluster.Workers[0].TerminateAsync(ct);
        await WithoutWorkersAsync(client, ct);

        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(6000), "corpus.jsonl", new JobRequest { Model = "sentiment:quantized", IdField = "id" }, ct);
        job = await client.UntilAsync(job.Id, j => j.Status == JobStatus.Running, ct);
        foreach (string? of in new[] { "sentiment", "sentiment:quantized", null })
        {
            var backlog = await client.GetBacklogAsync(of, ct);
            Assert.Equal((1, job.Counts.Shards, 0), (backlog.Jobs, backlog.Shards, backlog.InFlight));
            Assert.Equal([QueueNames.Infer(variant.Revision)], backlog.Queues);
        }

        // The beginning of a name is another model's, and a variant is not its folder.
        var other = await client.SubmitAsync(GeneratedCorpus.Jsonl(6000), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        other = await client.UntilAsync(other.Id, j => j.Status == JobStatus.Running, ct);
        Assert.Equal(0, (await client.GetBacklogAsync("senti", ct)).Jobs);
        Assert.Equal(1, (await client.GetBacklogAsync("sentiment:quantized", ct)).Jobs);
        Assert.Equal(job.Counts.Shards + other.Counts.Shards, (await client.GetBacklogAsync("sentiment", ct)).Shards);

        // What a worker has in hand of the variant keeps the folder's workers.
        var worker = await cluster.AddWorkerAsync(ct);
        await client.ModelAsync("sentiment:quantized", ct);
        await Signals.SendAsync(worker.Id, Signals.Stop);
        await InFlightAsync(client, Window, ct);
        await Signals.SendAsync(worker.Id, Signals.Continue);
        await client.CompletedAsync(job.Id, ct);
        await client.CompletedAsync(other.Id, ct);
        Assert.Equal(0, (await client.GetBacklogAsync("sentiment", ct)).Shards);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_job_whose_files_were_replaced_calls_for_one_worker_that_looks_and_for_all_when_they_are_back()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        string model = folder["models/sentiment"];
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), model);
        await using var cluster = await Cluster.StartAsync(folder["models"], workers: 1, ct, settings: Settings);
        var client = cluster.Client;
        var old = await client.ModelAsync("sentiment", ct);
        await cluster.Workers[0].TerminateAsync(ct);
        await WithoutWorkersAsync(client, ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(6000), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        job = await client.UntilAsync(job.Id, j => j.Status == JobStatus.Running, ct);
        Assert.Equal((job.Counts.Shards, 0), await BacklogAsync());

        string before = await ModelFolderCopy.ChangeAsync(model, ct);
        var worker = await cluster.AddWorkerAsync(ct);
        await UntilAnnouncedAsync(r => r.Revision != old.Revision);
        Assert.Equal((1, job.Counts.Shards), await BacklogAsync());

        // Nor with that one gone: the next would bring the same.
        await worker.TerminateAsync(ct);
        await WithoutWorkersAsync(client, ct);
        Assert.Equal((1, job.Counts.Shards), await BacklogAsync());

        await File.WriteAllTextAsync(Path.Combine(model, "config.json"), before, ct);
        worker = await cluster.AddWorkerAsync(ct);
        await UntilAnnouncedAsync(r => r.Revision == old.Revision);
        Assert.Equal(0, (await client.GetBacklogAsync("sentiment", ct)).Stranded);
        await client.CompletedAsync(job.Id, ct);

        async Task<(int Shards, int Stranded)> BacklogAsync()
        {
            var backlog = await client.GetBacklogAsync("sentiment", ct);
            return (backlog.Shards, backlog.Stranded);
        }

        async Task UntilAnnouncedAsync(Func<ModelRevisionResource, bool> wanted)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!(await client.GetModelAsync("sentiment", ct)).Revisions!.Any(r => r.Workers > 0 && wanted(r))) await timer.WaitForNextTickAsync(ct);
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

    private static async Task TakenAsync(Cluster cluster, string queue, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await cluster.QueuedAsync(queue, ct) > 0) await timer.WaitForNextTickAsync(ct);
    }
}
