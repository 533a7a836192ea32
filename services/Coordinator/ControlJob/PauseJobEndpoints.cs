using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.TrackProgress;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ControlJob;

/// <summary>Pause and resume. A paused job's shards in flight, which are few, run to their end; nothing else is dispatched.</summary>
internal static class PauseJobEndpoints
{
    public static async Task<Results<Ok<JobResource>, ProblemHttpResult>> PauseAsync(
        Guid id, CoordinatorDatabase database, JobAnswers answers, JobLog log, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        int paused = await context.Jobs.Where(j => j.Id == id && (j.Status == JobStatus.Planning || j.Status == JobStatus.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Paused), ct);
        if (paused > 0) log.Paused(id);
        return await answers.AnswerAsync(context, id, j => j.Status == JobStatus.Paused, "only a job that is planning or running can be paused.", ct);
    }

    public static async Task<Results<Ok<JobResource>, ProblemHttpResult>> ResumeAsync(
        Guid id, CoordinatorDatabase database, JobAnswers answers, PlanSignal planning, DispatchSignal dispatch, JobLog log, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        int resumed = await context.Jobs.Where(j => j.Id == id && j.Status == JobStatus.Paused)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, j => j.PlannedAt == null ? JobStatus.Planning : JobStatus.Running), ct);
        if (resumed > 0) log.Resumed(id);
        planning.Set();
        dispatch.Set();
        return await answers.AnswerAsync(
            context, id, j => j.Status is JobStatus.Planning or JobStatus.Running, "only a paused job can be resumed.", ct);
    }
}
