using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>What a worker cannot do fails the job with a sentence, by way of the broker.</summary>
[Collection(ClusterFaults.Name)]
public sealed class FailedShardTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_corpus_that_is_gone_fails_the_job_and_says_why()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        var client = cluster.Client;
        await client.ModelAsync("sentiment", ct);
        await cluster.Workers[0].KillAsync();
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(3000), "gone.jsonl", new JobRequest { Model = "sentiment" }, ct);
        await client.UntilAsync(job.Id, j => j.Status == JobStatus.Running, ct);
        File.Delete(Path.Combine(cluster.FilesFolder, job.FileId));

        await cluster.AddWorkerAsync(ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JobResource failed;
        while (!(failed = await client.GetJobAsync(job.Id, ct)).Status.IsFinal()) await timer.WaitForNextTickAsync(ct);

        Assert.Equal(JobStatus.Failed, failed.Status);
        Assert.Contains("The corpus cannot be read", failed.Message, StringComparison.Ordinal);
        Assert.NotNull(failed.FinishedAt);
    }
}
