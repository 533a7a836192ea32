using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.SubmitJob;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ControlJob;

/// <summary>Changes a job that is not over: from the next shard on it counts.</summary>
internal static class UpdateJobEndpoint
{
    public static async Task<Results<Ok<JobResource>, ProblemHttpResult>> UpdateAsync(
        Guid id, JobUpdate update, CoordinatorDatabase database, JobAnswers answers, DispatchSignal signal, TimeProvider time, CancellationToken ct)
    {
        if (update is { Priority: null, DeadlineSeconds: null })
            return Problems.Invalid("body", "Nothing to change: give priority, deadline_seconds, or both.");
        if (JobLimits.Problem(update.Priority, update.DeadlineSeconds) is { } problem) return problem;
        await using var context = await database.OpenAsync(ct);
        var expires = JobLimits.ExpiresAt(update.DeadlineSeconds, time);
        int changed = await context.Jobs
            .Where(j => j.Id == id && (j.Status == JobStatus.Planning || j.Status == JobStatus.Running || j.Status == JobStatus.Paused))
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Priority, j => update.Priority ?? j.Priority)
                .SetProperty(j => j.ExpiresAt, j => expires ?? j.ExpiresAt), ct);
        signal.Set();
        return await answers.AnswerAsync(context, id, _ => changed > 0, "only a job that is not over can be changed.", ct);
    }
}
