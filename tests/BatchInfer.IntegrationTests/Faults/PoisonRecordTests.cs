using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>Records that no worker survives, and models that fail: the record at fault ends as an error row, its neighbours as predictions.</summary>
[Collection(ClusterFaults.Name)]
public sealed class PoisonRecordTests
{
    private const int Records = 400;
    private static readonly string[] Words = ["good", "bad", "film", "cafe", "naive", "resume", "a"];

    [Fact(Timeout = 600_000)]
    public async Task A_record_that_kills_its_worker_ends_as_an_error_row_and_its_neighbours_as_predictions()
    {
        var ct = TestContext.Current.CancellationToken;
        using var model = PoisonModel.Killing();
        await using var cluster = await Cluster.StartAsync(model.Folder, workers: 2, ct, settings: new Dictionary<string, string> { ["Coordinator__WorkerTimeoutSeconds"] = "5" });
        await using var supervisor = cluster.SuperviseWorkers();
        await cluster.Client.ModelAsync("poison", ct, workers: 2);

        var job = await cluster.Client.SubmitAsync(Corpus(137), "poison.txt", new JobRequest { Model = "poison" }, ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);

        await AssertOnlyAsync(cluster.Client, done, [137], ct);
        // Once in the whole, once in the whole alone, once in each part of a part, twice by itself: and a chance for the unforeseen.
        Assert.InRange(supervisor.Deaths, 4, 8);
    }

    [Fact(Timeout = 600_000)]
    public async Task A_record_that_asks_for_more_memory_than_there_is_ends_as_an_error_row()
    {
        var ct = TestContext.Current.CancellationToken;
        using var model = PoisonModel.Swelling();
        await using var cluster = await Cluster.StartAsync(model.Folder, workers: 1, ct);
        await cluster.Client.ModelAsync("poison", ct);

        var job = await cluster.Client.SubmitAsync(Corpus(0, 211, 399), "swelling.txt", new JobRequest { Model = "poison" }, ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);

        await AssertOnlyAsync(cluster.Client, done, [0, 211, 399], ct);
        Assert.True(cluster.Workers[0].IsRunning);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_model_that_fails_on_every_record_fails_its_job_with_a_sentence_and_no_job_beside_it()
    {
        var ct = TestContext.Current.CancellationToken;
        using var model = PoisonModel.Swelling();
        model.AddBeside(Path.Combine(Repository.SampleModels, "sentiment"));
        await using var cluster = await Cluster.StartAsync(model.Folder, workers: 1, ct);
        await cluster.Client.ModelAsync("poison", ct);
        await cluster.Client.ModelAsync("sentiment", ct);

        var bad = await cluster.Client.SubmitAsync(Corpus([.. Enumerable.Range(0, Records)]), "bad.txt", new JobRequest { Model = "poison", Priority = 100 }, ct);
        var good = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "good.jsonl", new JobRequest { Model = "sentiment", Priority = 1 }, ct);
        var failed = await cluster.Client.EndedAsync(bad.Id, ct);
        var done = await cluster.Client.CompletedAsync(good.Id, ct);

        Assert.Equal(JobStatus.Failed, failed.Status);
        Assert.Matches("^The model failed [0-9]+ times, more often than it predicted a shard: .* Last it said: .+", failed.Message);
        // 31 failures are too many, and no more than a window of shards was on its way by then.
        Assert.InRange(await cluster.AskAsync($"SELECT sum(attempt) FROM coordinator.shards WHERE job_id = '{bad.Id}'", ct), 31, 39);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        await cluster.Client.LinesAsync(done, ct);
        Assert.True(cluster.Workers[0].IsRunning);
    }

    [Fact(Timeout = 600_000)]
    public async Task Standalone_is_killed_by_a_record_and_gets_past_it_when_it_is_started_again()
    {
        var ct = TestContext.Current.CancellationToken;
        using var model = PoisonModel.Killing();
        using var folder = new TemporaryFolder();
        Guid? id = null;
        int deaths = 0;
        while (true)
        {
            await using var process = await ServiceProcess.StartAsync(
                "BatchInfer.Standalone", new Dictionary<string, string>(), ct, "--data", folder["data"], "--models", model.Folder, "--urls", "http://127.0.0.1:0");
            using var client = new BatchInferClient(process.BaseAddress);
            try
            {
                id ??= (await client.SubmitAsync(Corpus(399), "poison.txt", new JobRequest { Model = "poison" }, ct)).Id;
                var done = await client.CompletedAsync(id.Value, ct);
                await AssertOnlyAsync(client, done, [399], ct);
                break;
            }
            catch (HttpRequestException)
            {
                deaths++;
            }
        }

        Assert.InRange(deaths, 4, 10);
    }

    private static async Task AssertOnlyAsync(BatchInferClient client, JobResource done, int[] poisoned, CancellationToken ct)
    {
        Assert.Equal((Records, poisoned.Length), (done.Counts.Total, done.Counts.Failed));
        var lines = await client.LinesAsync(done, ct);
        var failed = lines.Where(l => l.Error is not null).ToList();
        Assert.Equal(poisoned.Select(p => (long)p), failed.Select(l => l.Ordinal));
        Assert.All(failed, l => Assert.Equal((ErrorCodes.PoisonRecord, l.Ordinal + 1), (l.Error!.Code, l.Error.Line)));
    }

    /// <summary>Lines of a few words, each different, and the poison in some.</summary>
    private static MemoryStream Corpus(params int[] poisoned) => new(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, Records).Select(i =>
    {
        var words = new List<string>();
        for (int rest = i + 1; rest > 0; rest /= Words.Length) words.Add(Words[rest % Words.Length]);
        if (poisoned.Contains(i)) words.Add(PoisonModel.Word);
        return string.Join(' ', words) + "\n";
    }))));
}
