using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>Keeps who serves which model, and prolongs the leases of what workers hold.</summary>
internal sealed class WorkerAnnouncedConsumer(
    CoordinatorDatabase database, AnnouncedModels models, DispatchSignal signal, IOptions<CoordinatorOptions> options, TimeProvider time)
    : IConsumer<WorkerAnnounced>
{
    public async Task Consume(ConsumeContext<WorkerAnnounced> context)
    {
        var (announced, ct) = (context.Message, context.CancellationToken);
        await using var tables = await database.OpenAsync(ct);
        if (announced.Leaving)
        {
            await tables.Workers.Where(w => w.Worker == announced.Worker).ExecuteDeleteAsync(ct);
            return;
        }

        long tick = await tables.TickAsync(ct);
        var (known, promoted) = await SeenAsync(tables, announced, tick, ct);
        await ProlongAsync(tables, announced, tick, ct);
        if (known) return;
        signal.Set();
        if (promoted.Count > 0) await context.Publish(new ModelsPromoted(promoted), ct);
    }

    private async Task<(bool Known, IReadOnlyList<PromotedModel> Promoted)> SeenAsync(CoordinatorContext context, WorkerAnnounced announced, long tick, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        int known = await context.Workers.Where(w => w.Worker == announced.Worker)
            .ExecuteUpdateAsync(set => set.SetProperty(w => w.SeenAt, now).SetProperty(w => w.SeenTick, tick)
                .SetProperty(w => w.MemoryBytes, announced.MemoryBytes), ct);
        if (known == announced.Models.Select(m => m.Revision).Distinct(StringComparer.Ordinal).Count() && await KnowsAllAsync(context, announced, ct)) return (true, []);

        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.Workers.Where(w => w.Worker == announced.Worker || w.SeenAt < now.AddDays(-1)).ExecuteDeleteAsync(ct);
        foreach (var revision in announced.Models.Select(m => m.Revision).Distinct(StringComparer.Ordinal))
            context.Workers.Add(new KnownWorker { Worker = announced.Worker, Revision = revision, Host = announced.Host, SeenAt = now, SeenTick = tick, MemoryBytes = announced.MemoryBytes });
        await context.SaveChangesAsync(ct);
        var promoted = await models.AddAsync(context, announced.Models, ct);
        await transaction.CommitAsync(ct);
        return (false, promoted);
    }

    // A model that was replaced leaves the number of models as it was, and one folder under another name that of revisions.
    private static async Task<bool> KnowsAllAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        var revisions = await context.Workers.Where(w => w.Worker == announced.Worker).Select(w => w.Revision).ToListAsync(ct);
        if (!announced.Models.Select(m => m.Revision).ToHashSet(StringComparer.Ordinal).SetEquals(revisions)) return false;
        string[] names = [.. announced.Models.Select(m => m.Name).Distinct(StringComparer.Ordinal)];
        var known = await context.Revisions.Where(r => names.Contains(r.Name)).Select(r => new { r.Name, r.Revision }).ToListAsync(ct);
        return announced.Models.All(m => known.Exists(k => k.Name == m.Name && k.Revision == m.Revision));
    }

    private async Task ProlongAsync(CoordinatorContext context, WorkerAnnounced announced, long tick, CancellationToken ct)
    {
        if (announced.ShardsInHand.Count == 0) return;
        long lease = tick + options.Value.LeaseSeconds, latest = 0;
        foreach (var job in announced.ShardsInHand.GroupBy(s => s.JobId))
        {
            int[] numbers = [.. job.Select(s => s.Number)];
            var inHand = context.Shards.Where(s => s.JobId == job.Key && s.Status == ShardStatus.Dispatched && numbers.Contains(s.Number)
                // A cancelled job's shards are given up at their time, held or not.
                && context.Jobs.Any(j => j.Id == s.JobId && j.Status != JobStatus.Cancelling));
            await inHand.ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseTick, lease).SetProperty(s => s.Worker, announced.Worker), ct);
            latest = Math.Max(latest, await inHand.MaxAsync(s => (long?)s.DispatchTick, ct) ?? 0);
        }

        // The queue is served in order: what was dispatched after the shards in hand is late, not lost, while they take their
        // time. What was dispatched before them should have been taken, and keeps the lease it has.
        string[] revisions = [.. announced.Models.Select(m => m.Revision)];
        await context.Shards
            .Where(s => s.Status == ShardStatus.Dispatched && s.Worker == null && s.DispatchTick >= latest
                && context.Jobs.Any(j => j.Id == s.JobId && j.Status != JobStatus.Cancelling && revisions.Contains(j.Revision)))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseTick, lease), ct);
    }
}
