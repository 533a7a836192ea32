using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Steps that most tests of whole jobs take.</summary>
internal static class Jobs
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Uploads a corpus and submits a job on it.</summary>
    public static async Task<JobResource> SubmitAsync(this BatchInferClient client, Stream corpus, string filename, JobRequest request, CancellationToken ct)
    {
        var file = await client.UploadFileAsync(corpus, filename, null, ct);
        return await client.SubmitJobAsync(request with { Input = new JobInput { FileId = file.Id } }, null, ct);
    }

    /// <summary>Asks for the job until it is as wanted. The test's own timeout is the only limit.</summary>
    public static async Task<JobResource> UntilAsync(this BatchInferClient client, Guid id, Func<JobResource, bool> wanted, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            var job = await client.GetJobAsync(id, ct);
            if (wanted(job)) return job;
            Assert.False(job.Status.IsFinal(), $"The job is {job.Status}: {job.Message}");
            await timer.WaitForNextTickAsync(ct);
        }
    }

    /// <summary>Waits for a job to complete.</summary>
    public static Task<JobResource> CompletedAsync(this BatchInferClient client, Guid id, CancellationToken ct) =>
        client.UntilAsync(id, job => job.Status == JobStatus.Completed, ct);

    /// <summary>Waits for a job to end, in whatever way.</summary>
    public static async Task<JobResource> EndedAsync(this BatchInferClient client, Guid id, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        JobResource job;
        while (!(job = await client.GetJobAsync(id, ct)).Status.IsFinal()) await timer.WaitForNextTickAsync(ct);
        return job;
    }

    /// <summary>Waits until the coordinator's database is prepared: a request may come before, above all on a machine that has much else to do.</summary>
    public static async Task ReadyAsync(this BatchInferClient client, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            try
            {
                await client.ListModelsAsync(ct);
                return;
            }
            catch (BatchInferApiException e) when (e.Status == System.Net.HttpStatusCode.ServiceUnavailable)
            {
                await timer.WaitForNextTickAsync(ct);
            }
        }
    }

    /// <summary>Waits until the model is announced.</summary>
    public static async Task<ModelResource> ModelAsync(this BatchInferClient client, string model, CancellationToken ct, int workers = 1)
    {
        // On a busy machine a worker may be there before the coordinator's database is prepared.
        await client.ReadyAsync(ct);
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            var models = await client.ListModelsAsync(ct);
            if (models.Data.FirstOrDefault(m => m.Id == model && m.Workers >= workers) is { } found) return found;
            await timer.WaitForNextTickAsync(ct);
        }
    }

    /// <summary>Runs a retention to its last step.</summary>
    public static async Task<(int Jobs, long Predictions)> RetainAllAsync(this BatchInferClient client, RetentionRequest request, CancellationToken ct)
    {
        var (jobs, predictions) = (0, 0L);
        do
        {
            var step = await client.RetainAsync(request, ct);
            (jobs, predictions) = (jobs + step.JobsDeleted, predictions + step.PredictionsDeleted);
            request = request with { Cursor = step.Cursor };
        }
        while (request.Cursor is not null);
        return (jobs, predictions);
    }

    /// <summary>Every line of a job, checked to be each ordinal once and in order.</summary>
    public static async Task<List<PredictionLine>> LinesAsync(this BatchInferClient client, JobResource job, CancellationToken ct)
    {
        var lines = new List<PredictionLine>();
        await foreach (var line in client.ReadPredictionsAsync(job.Id, ct)) lines.Add(line);
        Assert.Equal(Enumerable.Range(0, lines.Count).Select(i => (long)i), lines.Select(l => l.Ordinal));
        Assert.Equal(job.Counts.Total, lines.Count);
        Assert.Equal(job.Counts.Total, job.Counts.Computed + job.Counts.Cached + job.Counts.Failed);
        Assert.Equal(job.Counts.Failed, lines.Count(l => l.Error is not null));
        return lines;
    }

    /// <summary>Scores by label of a classification.</summary>
    public static Dictionary<string, double> Scores(JsonElement output) =>
        output.EnumerateArray().ToDictionary(e => e.GetProperty("label").GetString()!, e => e.GetProperty("score").GetDouble());
}
