using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.TrackProgress;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>Keeps who serves which model, and prolongs the leases of what workers hold.</summary>
internal sealed class WorkerAnnouncedConsumer(
    CoordinatorDatabase database, AnnouncedModels models, ShardLeases leases, DispatchSignal signal, TimeProvider time)
    : IConsumer<WorkerAnnounced>
{
    private static readonly string SeenPostgres = Seen("coordinator.");
    private static readonly string SeenSqlite = Seen("");

    public async Task Consume(ConsumeContext<WorkerAnnounced> context)
    {
        var (announced, ct) = (context.Message, context.CancellationToken);
        await using var tables = await database.OpenAsync(ct);
        if (announced.Leaving)
        {
            await tables.Workers.Where(w => w.Worker == announced.Worker).ExecuteDeleteAsync(ct);
            models.Forget(announced);
            return;
        }

        var (known, promoted) = await SeenAsync(tables, announced, ct);
        await leases.ProlongAsync(tables, announced, ct);
        if (known) return;
        signal.Set();
        if (promoted.Count > 0) await context.Publish(new ModelsPromoted(promoted), ct);
    }

    private async Task<(bool Known, IReadOnlyList<PromotedModel> Promoted)> SeenAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        string[] revisions = [.. announced.Models.Select(m => m.Revision).Distinct(StringComparer.Ordinal)];
        await using (var seen = await context.CommandAsync(context.Database.IsNpgsql() ? SeenPostgres : SeenSqlite, ct))
        {
            seen.With("@worker", announced.Worker).With("@now", now).With("@memory", announced.MemoryBytes);
            if (await seen.ExecuteNonQueryAsync(ct) == revisions.Length && (models.Remembers(announced) || await KnowsAllAsync(context, announced, ct)))
            {
                models.Remember(announced);
                return (true, []);
            }
        }

        long tick = await context.TickAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.Workers.Where(w => w.Worker == announced.Worker || w.SeenAt < now.AddDays(-1)).ExecuteDeleteAsync(ct);
        foreach (string revision in revisions)
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

    private static string Seen(string schema) =>
        $"UPDATE {schema}workers SET seen_at = @now, seen_tick = (SELECT max(now) FROM {schema}lease_clock), memory_bytes = @memory WHERE worker = @worker";
}
