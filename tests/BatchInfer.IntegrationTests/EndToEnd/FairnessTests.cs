using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Faults;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Jobs beside each other: by weight, a small one behind a huge one at once, and none held up by one that cannot run.</summary>
[Collection(SharedServers.Name)]
public sealed class FairnessTests
{
    // Some 450 records a shard, of half a megabyte.
    private const int Records = 20_000, Unread = 1000;

    [Fact(Timeout = 600_000)]
    public async Task A_small_job_behind_a_huge_one_starts_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var huge = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records, unread: Unread), "huge.jsonl", new JobRequest { Model = "sentiment", Priority = 100 }, ct);
        await cluster.Client.UntilAsync(huge.Id, j => j.Status == JobStatus.Running && j.Counts.ShardsPersisted > 0, ct);

        var small = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(20, "small "), "small.jsonl", new JobRequest { Model = "sentiment", Priority = 1 }, ct);
        var before = await cluster.Client.GetJobAsync(huge.Id, ct);
        await cluster.Client.CompletedAsync(small.Id, ct);
        var after = await cluster.Client.GetJobAsync(huge.Id, ct);

        // It waited for no more than what was in the queue before it, and that was bounded: four shards for the one worker.
        Assert.Equal(JobStatus.Running, after.Status);
        Assert.InRange(after.Counts.ShardsPersisted - before.Counts.ShardsPersisted, 0, 12);
        await cluster.Client.CancelJobAsync(huge.Id, ct);
    }

    [Fact(Timeout = 600_000)]
    public async Task Two_jobs_share_the_workers_by_weight_also_when_it_changes_and_one_that_is_paused_has_no_share()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var light = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records, "light ", Unread), "light.jsonl", new JobRequest { Model = "sentiment", Priority = 10 }, ct);
        var heavy = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(Records, "heavy ", Unread), "heavy.jsonl", new JobRequest { Model = "sentiment", Priority = 40 }, ct);
        long ahead = (await cluster.Client.UntilAsync(heavy.Id, j => j.Counts.ShardsPersisted > 0, ct)).Counts.ShardsPersisted;
        var (lightBefore, heavyBefore) = (await cluster.Client.GetJobAsync(light.Id, ct), ahead);

        var heavyAfter = await cluster.Client.UntilAsync(heavy.Id, j => j.Counts.ShardsPersisted >= heavyBefore + 16, ct);
        var lightAfter = await cluster.Client.GetJobAsync(light.Id, ct);

        double ratio = (double)(heavyAfter.Counts.ShardsPersisted - heavyBefore) / Math.Max(1, lightAfter.Counts.ShardsPersisted - lightBefore.Counts.ShardsPersisted);
        Assert.InRange(ratio, 2, 8);

        // The other way round, from the next shard on: a few were sent before.
        await cluster.Client.UpdateJobAsync(heavy.Id, new JobUpdate { Priority = 10 }, ct);
        await cluster.Client.UpdateJobAsync(light.Id, new JobUpdate { Priority = 100 }, ct);
        (lightBefore, heavyBefore) = (await cluster.Client.GetJobAsync(light.Id, ct), (await cluster.Client.GetJobAsync(heavy.Id, ct)).Counts.ShardsPersisted);
        lightAfter = await cluster.Client.UntilAsync(light.Id, j => j.Counts.ShardsPersisted >= lightBefore.Counts.ShardsPersisted + 12, ct);
        heavyAfter = await cluster.Client.GetJobAsync(heavy.Id, ct);
        Assert.InRange(heavyAfter.Counts.ShardsPersisted - heavyBefore, 0, (lightAfter.Counts.ShardsPersisted - lightBefore.Counts.ShardsPersisted) / 2);

        // Paused with shards in flight: those end, once, and no other begins.
        await cluster.Client.PauseJobAsync(light.Id, ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await cluster.AskAsync($"SELECT count(*) FROM coordinator.shards WHERE job_id = '{light.Id}' AND status = 'Dispatched'", ct) > 0) await timer.WaitForNextTickAsync(ct);
        var standing = await cluster.Client.GetJobAsync(light.Id, ct);
        heavyBefore = (await cluster.Client.GetJobAsync(heavy.Id, ct)).Counts.ShardsPersisted;
        await cluster.Client.UntilAsync(heavy.Id, j => j.Counts.ShardsPersisted >= heavyBefore + 3, ct);
        lightAfter = await cluster.Client.GetJobAsync(light.Id, ct);
        Assert.Equal((JobStatus.Paused, standing.Counts.ShardsPersisted), (lightAfter.Status, lightAfter.Counts.ShardsPersisted));
        Assert.True(standing.Counts.ShardsPersisted < standing.Counts.Shards, "The job was over before it could stand still.");
        Assert.Equal(standing.Counts.ShardsPersisted, await cluster.AskAsync($"SELECT sum(attempt) FROM coordinator.shards WHERE job_id = '{light.Id}'", ct));
        await cluster.Client.ResumeJobAsync(light.Id, ct);
        await cluster.Client.UntilAsync(light.Id, j => j.Counts.ShardsPersisted > standing.Counts.ShardsPersisted, ct);
        foreach (var job in (Guid[])[light.Id, heavy.Id]) await cluster.Client.CancelJobAsync(job, ct);
    }

    [Fact(Timeout = 600_000)]
    public async Task A_job_whose_model_has_no_worker_says_so_and_holds_up_no_other()
    {
        var ct = TestContext.Current.CancellationToken;
        using var other = PoisonModel.Killing();
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        var gone = await cluster.AddWorkerAsync(ct, other.Folder);
        await cluster.Client.ModelAsync("sentiment", ct);
        await cluster.Client.ModelAsync("poison", ct);
        await gone.TerminateAsync(ct);

        var waiting = await cluster.Client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes("good film\n")), "a.txt", new JobRequest { Model = "poison", Priority = 100 }, ct);
        waiting = await cluster.Client.UntilAsync(waiting.Id, j => j.StatusDetail == JobStatusDetail.WaitingForWorkers, ct);
        Assert.Contains("Waiting for a worker that serves 'poison'", waiting.Message, StringComparison.Ordinal);
        var served = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(20), "b.jsonl", new JobRequest { Model = "sentiment", Priority = 1 }, ct);
        Assert.Null((await cluster.Client.CompletedAsync(served.Id, ct)).StatusDetail);
        Assert.Equal(JobStatusDetail.WaitingForWorkers, (await cluster.Client.GetJobAsync(waiting.Id, ct)).StatusDetail);

        await cluster.AddWorkerAsync(ct, other.Folder);
        var done = await cluster.Client.CompletedAsync(waiting.Id, ct);
        Assert.Equal((1, null), (done.Counts.Computed, done.StatusDetail));
    }
}
