using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Doctor;

/// <summary>How much waits for workers, counted where the truth is: also what no queue holds, because no worker is there.</summary>
internal static class BacklogEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/backlog", GetAsync).WithTags("Operations").WithSummary("What waits for workers, of one model or of all: a number to scale workers by");

    private static async Task<Ok<BacklogResource>> GetAsync(string? model, CoordinatorDatabase database, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var jobs = context.Jobs.AsNoTracking().Where(j => j.FinishedAt == null && (model == null || j.Model == model));
        // What a paused job has waiting needs no worker; what it has in flight still does.
        var going = jobs.Where(j => j.Status == JobStatus.Planning || j.Status == JobStatus.Running);
        int waiting = await context.Shards.CountAsync(s => s.Status == ShardStatus.Pending && going.Any(j => j.Id == s.JobId), ct);
        int inFlight = await context.Shards.CountAsync(s => s.Status == ShardStatus.Dispatched && jobs.Any(j => j.Id == s.JobId), ct);
        var revisions = await jobs.Select(j => j.Revision).Distinct().ToListAsync(ct);
        return TypedResults.Ok(new BacklogResource(
            model, await going.CountAsync(ct), waiting + inFlight, inFlight, [.. revisions.Select(QueueNames.Infer).Order(StringComparer.Ordinal)]));
    }
}
