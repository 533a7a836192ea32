using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Retain;

/// <summary>Deletes an ended job: at once for everybody who asks, its rows soon after.</summary>
internal static class DeleteJobEndpoint
{
    public static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, CoordinatorDatabase database, DeletedJobs deleted, RetentionSignal signal, JobLog log, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        if (await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is not { } job) return Problems.NotFound("job", id.ToString());
        if (!job.Status.IsFinal()) return Problems.Conflict($"Job {id} is {job.Status.ToString().ToLowerInvariant()}: cancel it first; only a job that is over can be deleted.");
        var reader = await context.Jobs.Where(j => j.RetryOf == id && j.FinishedAt == null).Select(j => (Guid?)j.Id).FirstOrDefaultAsync(ct);
        if (reader is not null) return Problems.Conflict($"Job {reader} runs the failed records of this one again. Wait for it or cancel it.");
        if (await deleted.MarkAsync(context.Jobs.Where(j => j.Id == id), ct) > 0) log.Deleted(id);
        signal.Set();
        return TypedResults.NoContent();
    }
}
