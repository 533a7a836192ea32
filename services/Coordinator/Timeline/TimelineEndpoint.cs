using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Timeline;

/// <summary>How a job went over time, from its shards' rows: no trace server is needed to see a straggler.</summary>
internal static class TimelineEndpoint
{
    public static void MapTimeline(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/jobs/{id:guid}/timeline", GetAsync).WithTags("Jobs")
            .WithSummary("A job's throughput over time and its shards by worker, summed up so that the answer stays small")
            .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<JobTimeline>, ProblemHttpResult>> GetAsync(
        Guid id, CoordinatorDatabase database, TimeProvider time, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var job = await context.Jobs.AsNoTracking().Where(j => j.Id == id).Select(j => new { j.StartedAt, j.FinishedAt, j.CreatedAt }).SingleOrDefaultAsync(ct);
        if (job is null) return Problems.NotFound("job", id.ToString());
        var rows = context.Shards.AsNoTracking()
            .Where(s => s.JobId == id && (s.Status == ShardStatus.Persisted || s.Status == ShardStatus.Dispatched))
            .Select(s => new ShardTimes(
                s.Number, s.Worker, s.Attempt, s.DispatchedAt, s.StartedAt, s.InferredAt, s.PersistedAt, s.Computed, s.Cached, s.Failed, s.Tokens, s.PaddedTokens, s.Lengths));
        var to = job.FinishedAt ?? time.GetUtcNow();
        // A job whose shards were stored before their dispatch was marked starts, by its row, when it ends.
        var timeline = new TimelineBuilder(job.StartedAt < to ? job.StartedAt.Value : job.CreatedAt, to);
        await foreach (var shard in rows.AsAsyncEnumerable().WithCancellation(ct)) timeline.Add(shard);
        return TypedResults.Ok(timeline.Build());
    }
}
