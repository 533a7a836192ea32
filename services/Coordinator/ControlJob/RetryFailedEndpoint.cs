using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ControlJob;

/// <summary>
/// Runs the failed records of an ended job again, as a job of its own: the first keeps its error rows, and each record of the
/// second is counted once like those of any job.
/// </summary>
internal static class RetryFailedEndpoint
{
    public static async Task<Results<Accepted<JobResource>, ProblemHttpResult>> RetryAsync(
        Guid id, CoordinatorDatabase database, FileStore files, JobAnswers answers, PlanSignal signal, JobLog log, TimeProvider time, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        if (await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is not { } job) return Problems.NotFound("job", id.ToString());
        if (!job.Status.IsFinal()) return Problems.Conflict($"Job {id} is {job.Status.ToString().ToLowerInvariant()}: its failed records can be run again once it is over.");
        if (job.Failed == 0) return Problems.Conflict($"Job {id} has no failed records.");
        if (await files.FindAsync(job.FileId, ct) is null) return Problems.Conflict($"The corpus {job.FileId} of job {id} was deleted. Upload it and submit a new job.");
        var retry = job.RetryFailed(time);
        context.Jobs.Add(retry);
        await context.SaveChangesAsync(ct);
        log.Submitted(retry);
        signal.Set();
        return TypedResults.Accepted($"/v1/jobs/{retry.Id}", await answers.ShowAsync(context, retry, ct));
    }
}
