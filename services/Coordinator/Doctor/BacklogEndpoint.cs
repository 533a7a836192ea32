using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Doctor;

/// <summary>How much waits for workers, counted where the truth is: also what no queue holds, because no worker is there.</summary>
internal static class BacklogEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/backlog", GetAsync).WithTags("Operations").WithSummary("What waits for workers, of one model with its variants or of all: a number to scale workers by");

    private static async Task<Ok<BacklogResource>> GetAsync(string? model, CoordinatorDatabase database, LiveWorkers live, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var jobs = Of(context.Jobs.AsNoTracking().Where(j => j.FinishedAt == null), model);
        // What a paused job has waiting needs no worker; what it has in flight still does.
        var going = jobs.Where(j => j.Status == JobStatus.Planning || j.Status == JobStatus.Running);
        var waiting = await context.Shards.AsNoTracking().Where(s => s.Status == ShardStatus.Pending)
            .Join(going, s => s.JobId, j => j.Id, (_, j) => new { j.Model, j.Revision }).GroupBy(j => j)
            .Select(g => new { g.Key.Model, g.Key.Revision, Shards = g.Count() }).ToListAsync(ct);
        int inFlight = await context.Shards.CountAsync(s => s.Status == ShardStatus.Dispatched && jobs.Any(j => j.Id == s.JobId), ct);
        var revisions = await jobs.Select(j => j.Revision).Distinct().ToListAsync(ct);

        var brought = await BroughtRevisions.FindAsync(context, live, ct);
        var stranded = waiting.FindAll(w => !brought.Has(w.Model, w.Revision));
        int shards = waiting.Sum(w => w.Shards) - stranded.Sum(s => s.Shards);
        // One worker is enough to see whether the files came back, and goes on with the job when they did.
        return TypedResults.Ok(new BacklogResource(
            model, await going.CountAsync(ct), shards + stranded.Count + inFlight, inFlight,
            [.. revisions.Select(QueueNames.Infer).Order(StringComparer.Ordinal)], stranded.Sum(s => s.Shards)));
    }

    // Whoever serves a model's folder serves its variants too.
    private static IQueryable<Job> Of(IQueryable<Job> jobs, string? model)
    {
        if (model is null) return jobs;
        string variant = model + ':';
        int length = variant.Length;
        return jobs.Where(j => j.Model == model || j.Model.Substring(0, length) == variant);
    }
}
