using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>An object that is overwritten after a job was planned on it, before workers read it: new bytes in the old plan's ranges.</summary>
[Collection(OperatedServers.Name)]
public sealed class ReplacedObjectTests(ObjectServers servers) : IClassFixture<ObjectServers>
{
    private const int Records = 60_000, FewRecords = 200;
    private static readonly JobRequest Request = new() { Model = "sentiment", IdField = "id" };

    [Fact(Timeout = 600_000)]
    public async Task A_corpus_overwritten_between_plan_and_reading_fails_its_jobs_and_none_of_its_new_bytes_is_predicted_for_them()
    {
        var ct = TestContext.Current.CancellationToken;
        string secure = new Uri(servers.SecureUrl, "tickets/waiting.jsonl").AbsoluteUri;
        string[] waitingAt = ["s3://corpora/tickets/waiting.jsonl", "az://corpora/tickets/waiting.jsonl", secure];
        const string PausedAt = "s3://corpora/tickets/paused.jsonl";
        byte[] before = Corpus(FewRecords, "old "), after = Corpus(FewRecords, "new ");
        // Of one length, so that the old plan's ranges hold whole records of the new bytes: no count would tell.
        Assert.Equal(before.Length, after.Length);
        await PutEverywhereAsync(before, ct);
        await servers.PutS3Async("tickets/paused.jsonl", Corpus(Records, "old "), ct);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, corporaByHttp: true, settings: Settings());
        var client = cluster.Client;
        await client.ModelAsync(Request.Model!, ct);

        // One job has stored some of its records and is paused with nothing in hand, the others wait for a worker.
        var paused = await SubmitAsync(client, PausedAt, ct);
        await client.UntilAsync(paused.Id, j => j.Status == JobStatus.Running && j.Counts.ShardsPersisted > 0, ct);
        await client.PauseJobAsync(paused.Id, ct);
        await NoneInHandAsync(cluster, paused.Id, ct);
        await cluster.Workers[0].TerminateAsync(ct);
        var waiting = new List<JobResource>();
        foreach (string address in waitingAt)
        {
            var job = await SubmitAsync(client, address, ct);
            waiting.Add(await client.UntilAsync(job.Id, j => j.Status == JobStatus.Running && j.StatusDetail == JobStatusDetail.WaitingForWorkers, ct));
        }

        paused = await client.GetJobAsync(paused.Id, ct);
        Assert.Equal(JobStatus.Paused, paused.Status);
        Assert.InRange(paused.Counts.Computed, 1, Records - 1);

        await PutEverywhereAsync(after, ct);
        await servers.PutS3Async("tickets/paused.jsonl", Corpus(Records, "new "), ct);
        await client.ResumeJobAsync(paused.Id, ct);
        await cluster.AddWorkerAsync(ct);

        foreach (var (job, address) in waiting.Append(paused).Zip(waitingAt.Append(PausedAt)))
        {
            var ended = await client.UntilAsync(job.Id, j => j.Status == JobStatus.Failed, ct);
            Assert.Contains($"{address} is not what it was when the job was planned: it was replaced", ended.Message, StringComparison.Ordinal);
            Assert.Contains("Submit the job again", ended.Message, StringComparison.Ordinal);
            // What was stored before stays, nothing was added to it, and nothing of it is tried again.
            Assert.Equal((job.Counts.Computed, 0L, 0L), (ended.Counts.Computed, ended.Counts.Cached, ended.Counts.Failed));
            Assert.Equal(0, await OpenShardsAsync(cluster, job.Id, ct));
            await AssertLinesAsync(client, ended, ct);
        }

        Assert.Equal(0, await PredictedAsync(cluster, "new ", ct));
        Assert.Equal(paused.Counts.Computed, await PredictedAsync(cluster, "old ", ct));

        // A plan of its own for what is there now.
        var again = await client.CompletedAsync((await SubmitAsync(client, waitingAt[0], ct)).Id, ct);
        Assert.Equal((FewRecords, 0), (again.Counts.Computed, again.Counts.Failed));
        Assert.Equal(FewRecords, await PredictedAsync(cluster, "new ", ct));
    }

    private static byte[] Corpus(int records, string salt) => GeneratedCorpus.Jsonl(records, salt).ToArray();

    private static Task<JobResource> SubmitAsync(BatchInferClient client, string url, CancellationToken ct) =>
        client.SubmitJobAsync(Request with { Input = new JobInput { Url = url } }, null, ct);

    private static async Task AssertLinesAsync(BatchInferClient client, JobResource job, CancellationToken ct)
    {
        long lines = 0;
        await foreach (var line in client.ReadPredictionsAsync(job.Id, ct))
        {
            Assert.Null(line.Error);
            Assert.Equal($"g-{line.Ordinal}", line.CustomId);
            lines++;
        }

        Assert.Equal(job.Counts.Computed, lines);
    }

    private static async Task NoneInHandAsync(Cluster cluster, Guid job, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await cluster.AskAsync($"SELECT count(*) FROM coordinator.shards WHERE job_id = '{job}' AND status = 'Dispatched'", ct) > 0)
            await timer.WaitForNextTickAsync(ct);
    }

    private static Task<long> OpenShardsAsync(Cluster cluster, Guid job, CancellationToken ct) =>
        cluster.AskAsync($"SELECT count(*) FROM coordinator.shards WHERE job_id = '{job}' AND status IN ('Pending', 'Dispatched')", ct);

    private static Task<long> PredictedAsync(Cluster cluster, string salt, CancellationToken ct) =>
        cluster.AskAsync($"SELECT count(*) FROM results.predictions WHERE input LIKE '{salt}%'", ct);

    private async Task PutEverywhereAsync(byte[] corpus, CancellationToken ct)
    {
        await servers.PutS3Async("tickets/waiting.jsonl", corpus, ct);
        await servers.PutAzureAsync("tickets/waiting.jsonl", corpus, ct);
        servers.PutWeb("tickets/waiting.jsonl", corpus);
    }

    private Dictionary<string, string> Settings() => new(servers.Environment)
    {
        ["ObjectStorage__Allow__0"] = "s3://corpora/",
        ["ObjectStorage__Allow__1"] = "az://corpora/tickets/",
        ["ObjectStorage__Allow__2"] = servers.SecureUrl.AbsoluteUri,
        ["ObjectStorage__AllowPrivateNetworks"] = "true",
        ["Coordinator__WorkerTimeoutSeconds"] = "5",
    };
}
