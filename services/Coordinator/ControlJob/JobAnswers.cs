using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.SubmitJob;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ControlJob;

/// <summary>What a request about jobs is answered with: them as they stand now, or why not.</summary>
internal sealed class JobAnswers(LiveWorkers workers, TimeProvider time)
{
    /// <summary>The job as the API shows it.</summary>
    public async Task<JobResource> ShowAsync(CoordinatorContext context, Job job, CancellationToken ct) => (await ShowAsync(context, [job], ct))[0];

    /// <summary>Jobs as the API shows them.</summary>
    public async Task<IReadOnlyList<JobResource>> ShowAsync(CoordinatorContext context, IReadOnlyList<Job> jobs, CancellationToken ct)
    {
        var current = await PredictedSoFar.ReadAsync(context, jobs, ct);
        var alive = await workers.CountAsync(context, ct);
        string[] waiting = [.. current.Where(c => JobResources.Waits(c.Job, alive)).Select(c => c.Job.Model).Distinct(StringComparer.Ordinal)];
        var served = waiting.Length == 0 ? [] : await ServedRevisions.FindAsync(context, waiting, alive, ct);
        var now = time.GetUtcNow();
        return [.. current.Select(c => JobResources.Resource(c.Job, c.Predicted, alive, served, now))];
    }

    /// <summary>The job, where it was changed or is as wanted already; else that it does not exist, or is in no state for it.</summary>
    /// <param name="context">Context.</param>
    /// <param name="id">Id of the job.</param>
    /// <param name="done">True for states that are an answer whether or not anything was changed.</param>
    /// <param name="otherwise">Ends the sentence "Job … is completed: …" where it is in another state.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Results<Ok<JobResource>, ProblemHttpResult>> AnswerAsync(
        CoordinatorContext context, Guid id, Func<Job, bool> done, string otherwise, CancellationToken ct)
    {
        if (await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is not { } job) return Problems.NotFound("job", id.ToString());
        return done(job)
            ? TypedResults.Ok(await ShowAsync(context, job, ct))
            : Problems.Conflict($"Job {id} is {job.Status.ToString().ToLowerInvariant()}: {otherwise}");
    }
}
