using System.Globalization;
using System.Net;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>What can be done with a job while it runs, and when it is over.</summary>
public sealed class ControlApiTests(EmbeddedApi api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_paused_job_stands_still_until_it_is_resumed()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await SubmitLongAsync("paused", ct);
        await api.Client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);
        Assert.Equal(JobStatus.Paused, (await api.Client.PauseJobAsync(job.Id, ct)).Status);
        Assert.Equal(JobStatus.Paused, (await api.Client.PauseJobAsync(job.Id, ct)).Status);

        // What was in flight ends. Then another job, with a share a hundred times smaller, has the workers to itself.
        var other = await api.PredictAsync("beside a paused one", "o.txt", new JobRequest { Priority = 1 }, ct);
        var standing = await api.Client.GetJobAsync(job.Id, ct);
        Assert.Equal((1, JobStatus.Paused), (other.Counts.Total, standing.Status));
        Assert.True(standing.Counts.ShardsPersisted < standing.Counts.Shards);

        Assert.Contains((await api.Client.ResumeJobAsync(job.Id, ct)).Status, (JobStatus[])[JobStatus.Planning, JobStatus.Running]);
        var done = await api.Client.CompletedAsync(job.Id, ct);
        await api.Client.LinesAsync(done, ct);
        await ConflictAsync(() => api.Client.PauseJobAsync(job.Id, ct));
        await ConflictAsync(() => api.Client.ResumeJobAsync(job.Id, ct));
    }

    [Fact(Timeout = 120_000)]
    public async Task Priority_and_deadline_change_while_a_job_runs_and_not_after()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await SubmitLongAsync("updated", ct);
        var updated = await api.Client.UpdateJobAsync(job.Id, new JobUpdate { Priority = 77 }, ct);
        Assert.Equal((77, (DateTimeOffset?)null), (updated.Priority, updated.ExpiresAt));
        updated = await api.Client.UpdateJobAsync(job.Id, new JobUpdate { DeadlineSeconds = 3600 }, ct);
        Assert.Equal(77, updated.Priority);
        Assert.InRange(updated.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));

        await api.Client.CancelJobAsync(job.Id, ct);
        await api.Client.UntilAsync(job.Id, j => j.Status == JobStatus.Cancelled, ct);
        await ConflictAsync(() => api.Client.UpdateJobAsync(job.Id, new JobUpdate { Priority = 5 }, ct));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_past_its_deadline_expires_and_keeps_what_it_has()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await SubmitLongAsync("expired", ct);
        // Planned to its end: until then the total is what is planned, and may all be stored.
        await api.Client.UntilAsync(job.Id, j => j.Status == JobStatus.Running && j.Counts.ShardsPersisted > 0, ct);
        await api.Client.PauseJobAsync(job.Id, ct);
        await api.Client.UpdateJobAsync(job.Id, new JobUpdate { DeadlineSeconds = 1 }, ct);
        JobResource expired;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!(expired = await api.Client.GetJobAsync(job.Id, ct)).Status.IsFinal()) await timer.WaitForNextTickAsync(ct);

        Assert.Equal(JobStatus.Expired, expired.Status);
        Assert.Contains("deadline", expired.Message, StringComparison.Ordinal);
        Assert.NotNull(expired.FinishedAt);
        long kept = 0;
        await foreach (var _ in api.Client.ReadPredictionsAsync(job.Id, ct)) kept++;
        Assert.InRange(kept, expired.Counts.Computed + expired.Counts.Cached, expired.Counts.Total - 1);
        await ConflictAsync(() => api.Client.CancelJobAsync(job.Id, ct));
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(3, 3, false)]
    [InlineData(3, 4, true)]
    [InlineData(0.1, 3, false)]
    [InlineData(0.1, 4, true)]
    public async Task A_job_with_more_errors_than_it_allows_stops_and_says_why(double threshold, int bad, bool stops)
    {
        var job = await api.Client.SubmitAsync(Corpus(bad, 30, $"threshold {threshold} {bad}"), "threshold.jsonl", new JobRequest { Model = "sentiment", ErrorThreshold = threshold }, Ct);
        JobResource ended;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!(ended = await api.Client.GetJobAsync(job.Id, Ct)).Status.IsFinal()) await timer.WaitForNextTickAsync(Ct);

        Assert.Equal((stops ? JobStatus.Failed : JobStatus.Completed, threshold), (ended.Status, ended.ErrorThreshold));
        if (stops) Assert.Contains("error_threshold", ended.Message, StringComparison.Ordinal);
        Assert.Equal(bad, (await api.Client.ListErrorsAsync(job.Id, ct: Ct)).Data.Count);
    }

    [Fact]
    public async Task Failed_records_run_again_as_a_job_of_their_own()
    {
        var first = await api.Client.CompletedAsync(
            (await api.Client.SubmitAsync(Corpus(bad: 5, records: 40, "retried"), "retried.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, Ct)).Id, Ct);
        Assert.Equal(5, first.Counts.Failed);

        var retry = await api.Client.RetryFailedAsync(first.Id, Ct);
        Assert.Equal((first.Id, first.FileId), (retry.RetryOf, retry.FileId));
        Assert.NotEqual(first.Id, retry.Id);
        var again = await api.Client.CompletedAsync(retry.Id, Ct);

        // They are as bad as they were, and nothing but them was looked at.
        Assert.Equal((5, 5, 0, 0), (again.Counts.Total, again.Counts.Failed, again.Counts.Computed, again.Counts.Cached));
        var before = (await api.Client.ListErrorsAsync(first.Id, ct: Ct)).Data;
        Assert.Equal(before, (await api.Client.ListErrorsAsync(again.Id, ct: Ct)).Data);
        Assert.Equal(before.Select(e => e.Ordinal), (await api.Client.ListPredictionsAsync(again.Id, ct: Ct)).Data.Select(l => l.Ordinal));
        // Its last record is the last that failed, not the fifth of the corpus.
        Assert.Equal(before[^1].Ordinal + 1, (await api.Client.GetJobCorpusAsync(again.Id, 0, Ct)).End);
        // A retry can be retried, a job without failures cannot.
        Assert.Equal(5, (await api.Client.CompletedAsync((await api.Client.RetryFailedAsync(again.Id, Ct)).Id, Ct)).Counts.Failed);
        var good = await api.PredictAsync("good and done", "good.txt", new JobRequest(), Ct);
        await ConflictAsync(() => api.Client.RetryFailedAsync(good.Id, Ct));
    }

    [Fact]
    public async Task What_is_done_to_no_job_is_not_found()
    {
        var none = Guid.NewGuid();
        foreach (string action in (string[])["pause", "resume", "cancel", "retry"])
            await EmbeddedApi.ProblemAsync(await api.PostAsync($"v1/jobs/{none}/{action}", "", Ct), HttpStatusCode.NotFound, Ct);
        var patched = await Assert.ThrowsAsync<BatchInferApiException>(() => api.Client.UpdateJobAsync(none, new JobUpdate { Priority = 1 }, Ct));
        Assert.Equal(HttpStatusCode.NotFound, patched.Status);
    }

    [Theory]
    [InlineData("{}", "body")]
    [InlineData("{\"priority\":101}", "priority")]
    [InlineData("{\"deadline_seconds\":0}", "deadline_seconds")]
    [InlineData("{\"status\":\"paused\"}", "status")]
    public async Task A_wrong_change_names_its_field(string body, string field)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await api.Http.PatchAsync(new Uri($"v1/jobs/{Guid.NewGuid()}", UriKind.Relative), content, Ct);
        var problem = await EmbeddedApi.ProblemAsync(response, HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    private static async Task ConflictAsync(Func<Task> act) =>
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<BatchInferApiException>(act)).Status);

    private static MemoryStream Corpus(int bad, int records, string salt) => new(Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, records).Select(i => i % 7 == 3 && i / 7 < bad
            ? $"{{\"id\":\"r{i}\",\"txt\":\"{salt} {i}\"}}\n"
            : string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"r{i}\",\"text\":\"{salt} {i}\"}}\n")))));

    /// <summary>A job of some twenty shards, none of them predicted before.</summary>
    private Task<JobResource> SubmitLongAsync(string salt, CancellationToken ct) => api.Client.SubmitAsync(
        GeneratedCorpus.Jsonl(10_000, salt, unread: 1000), $"{salt}.jsonl", new JobRequest { Model = "sentiment", IdField = "id", Priority = 100 }, ct);
}
