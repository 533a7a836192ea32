using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>The workers that are alive, with what they do.</summary>
internal static class WorkerEndpoints
{
    private static readonly TimeSpan RateTime = TimeSpan.FromSeconds(60);

    public static void MapWorkers(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/workers", ListAsync).WithTags("Workers").WithSummary("List the workers that are alive, with their models, rate and memory");

    private static async Task<Ok<Page<WorkerResource>>> ListAsync(
        CoordinatorDatabase database, IOptions<CoordinatorOptions> options, TimeProvider time, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        long alive = await context.TickAsync(ct) - options.Value.WorkerTimeoutSeconds;
        var workers = await context.Workers.AsNoTracking().Where(w => w.SeenTick >= alive).ToListAsync(ct);
        var models = (await context.Models.AsNoTracking().Select(m => new { m.Name, m.Revision }).ToListAsync(ct)).ToLookup(m => m.Revision, m => m.Name);
        var since = time.GetUtcNow() - RateTime;
        // Only of jobs that did anything lately: the shards of all others need not be read.
        var jobs = await context.Jobs.AsNoTracking().Where(j => j.FinishedAt == null || j.FinishedAt >= since).Select(j => j.Id).ToListAsync(ct);
        var shards = context.Shards.AsNoTracking().Where(s => jobs.Contains(s.JobId) && s.Worker != null);
        var inHand = await shards.Where(s => s.Status == ShardStatus.Dispatched).GroupBy(s => s.Worker!)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, StringComparer.Ordinal, ct);
        var rates = await shards.Where(s => s.Status == ShardStatus.Persisted && s.PersistedAt >= since).GroupBy(s => s.Worker!)
            .Select(g => new { g.Key, Records = g.Sum(s => s.Computed + s.Cached + s.Failed), Tokens = g.Sum(s => s.Tokens) })
            .ToDictionaryAsync(g => g.Key, StringComparer.Ordinal, ct);
        return TypedResults.Ok(new Page<WorkerResource>([.. workers.GroupBy(w => w.Worker, StringComparer.Ordinal).OrderBy(w => w.Key, StringComparer.Ordinal).Select(w =>
        {
            var (any, rate) = (w.First(), rates.GetValueOrDefault(w.Key));
            return new WorkerResource(
                w.Key, any.Host, [.. w.SelectMany(r => models[r.Revision]).Order(StringComparer.Ordinal)], any.SeenAt, inHand.GetValueOrDefault(w.Key),
                Math.Round((rate?.Records ?? 0) / RateTime.TotalSeconds, 2), Math.Round((rate?.Tokens ?? 0) / RateTime.TotalSeconds, 1),
                (int)RateTime.TotalSeconds, any.MemoryBytes);
        })], null));
    }
}
