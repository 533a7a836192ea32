using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Faults;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary>A search of the log for a job's id alone tells what became of it and why, however it ended, and shows no one's texts.</summary>
public sealed class JobLogTests(LoggedStandalone standalone) : IClassFixture<LoggedStandalone>
{
    [Fact(Timeout = 120_000)]
    public async Task A_completed_job_is_told_from_its_submission_to_its_counts()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await standalone.SubmitAsync(["a fine film", null, "a confidential remark"], new JobRequest { Model = "sentiment" }, ct);
        await standalone.Client.CompletedAsync(job.Id, ct);

        var story = await standalone.ReadAsync("Completed ID: 3 records in 1 shards, 0 were stored before, 1 failed", job.Id, ct);
        Assert.Contains($"Submitted {job.Id}: model sentiment, revision {job.Revision}, task text-classification, corpus {job.FileId}", story[0], StringComparison.Ordinal);
        Assert.Contains(story, l => l.Contains($"Inferred {job.Id}/0: 3 records", StringComparison.Ordinal));
        Assert.All(story, l => Assert.Contains("info:", l, StringComparison.Ordinal));
        Assert.DoesNotContain("confidential", standalone.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_with_too_many_errors_is_told_with_the_reason_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await standalone.SubmitAsync([null, "a good one"], new JobRequest { Model = "sentiment", ErrorThreshold = 0 }, ct);
        job = await standalone.Client.EndedAsync(job.Id, ct);

        Assert.Equal(JobStatus.Failed, job.Status);
        await AssertFailedOnceAsync(job, "error_threshold", ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_job_whose_model_always_fails_is_told_with_what_the_model_said()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await standalone.SubmitAsync(
            Enumerable.Range(0, 400).Select(i => $"{PoisonModel.Word}{string.Concat(Enumerable.Repeat(" good", i % 20))}{string.Concat(Enumerable.Repeat(" bad", i / 20))}"),
            new JobRequest { Model = "poison" }, ct);
        job = await standalone.Client.EndedAsync(job.Id, ct);

        Assert.Equal(JobStatus.Failed, job.Status);
        var story = await AssertFailedOnceAsync(job, "The model failed", ct);
        // How it came to that: each failure of a shard, and what was cut.
        Assert.Contains(story, l => l.Contains("warn:", StringComparison.Ordinal) && l.Contains($"The model failed on shard {job.Id}/0 (", StringComparison.Ordinal));
        Assert.Contains(story, l => l.Contains($"Split {job.Id}/0: ", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_past_its_deadline_is_told()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await SubmitLongAsync("expired", ct);
        await standalone.Client.UpdateJobAsync(job.Id, new JobUpdate { DeadlineSeconds = 1 }, ct);
        await standalone.Client.PauseJobAsync(job.Id, ct);
        job = await standalone.Client.EndedAsync(job.Id, ct);

        Assert.Equal(JobStatus.Expired, job.Status);
        var story = await standalone.ReadAsync($"Job ID expired: {job.Message}", job.Id, ct);
        Assert.Contains(story, l => l.Contains($"Job {job.Id} is paused", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_cancelled_job_is_told()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await SubmitLongAsync("cancelled", ct);
        await standalone.Client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);
        await standalone.Client.CancelJobAsync(job.Id, ct);
        job = await standalone.Client.EndedAsync(job.Id, ct);

        Assert.Equal(JobStatus.Cancelled, job.Status);
        await standalone.ReadAsync($"Cancelled ID: {job.Counts.ShardsPersisted} of {job.Counts.Shards} shards are stored", job.Id, ct);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_deleted_job_is_told_with_the_records_that_went()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await standalone.SubmitAsync(["one to go", "and another"], new JobRequest { Model = "sentiment" }, ct);
        await standalone.Client.CompletedAsync(job.Id, ct);
        await standalone.Client.DeleteJobAsync(job.Id, ct);

        var story = await standalone.ReadAsync("Deleted 2 records of ID", job.Id, ct);
        Assert.Contains(story, l => l.Contains($"Job {job.Id} is deleted", StringComparison.Ordinal));
    }

    private async Task<List<string>> AssertFailedOnceAsync(JobResource job, string because, CancellationToken ct)
    {
        Assert.Contains(because, job.Message, StringComparison.Ordinal);
        var story = await standalone.ReadAsync($"Job ID failed: {job.Message}", job.Id, ct);
        Assert.Contains("fail:", story[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(story[..^1], l => l.Contains($"Job {job.Id} failed", StringComparison.Ordinal));
        return story;
    }

    /// <summary>A job of many shards, none of them predicted before.</summary>
    private Task<JobResource> SubmitLongAsync(string salt, CancellationToken ct) => standalone.Client.SubmitAsync(
        GeneratedCorpus.Jsonl(40_000, salt), $"{salt}.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
}
