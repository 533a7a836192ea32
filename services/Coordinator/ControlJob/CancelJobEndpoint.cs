using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ControlJob;

/// <summary>Stops a job: what waits is dropped at once, what workers hold as soon as they hear of it.</summary>
internal static class CancelJobEndpoint
{
    public static async Task<Results<Accepted<JobResource>, ProblemHttpResult>> CancelAsync(
        Guid id, CoordinatorDatabase database, JobEnd end, JobAnswers answers, DispatchSignal signal, CancellationToken ct)
    {
        bool cancelled = await end.CancelAsync(id, ct);
        await using var context = await database.OpenAsync(ct);
        if (await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is not { } job) return Problems.NotFound("job", id.ToString());
        if (!cancelled && job.Status is not (JobStatus.Cancelling or JobStatus.Cancelled))
            return Problems.Conflict($"Job {id} is {job.Status.ToString().ToLowerInvariant()}: there is nothing to cancel.");
        // Workers hear of it within a second from the leader, who says it until the job is closed: a broker that is away must
        // not hold up this answer.
        signal.Set();
        return TypedResults.Accepted($"/v1/jobs/{id}", await answers.ShowAsync(context, job, ct));
    }
}
