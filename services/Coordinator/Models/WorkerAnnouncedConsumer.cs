using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>Keeps who serves which model, and prolongs the leases of what workers hold.</summary>
internal sealed class WorkerAnnouncedConsumer(
    CoordinatorDatabase database, DispatchSignal signal, IOptions<CoordinatorOptions> options, TimeProvider time) : IConsumer<WorkerAnnounced>
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

        bool known = await SeenAsync(tables, announced, ct);
        await ProlongAsync(tables, announced, ct);
        if (!known) signal.Set();
    }

    private async Task<bool> SeenAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        // The coordinator's clock, not the worker's: clocks differ, and only differences on one clock mean anything.
        var now = time.GetUtcNow();
        int known = await context.Workers.Where(w => w.Worker == announced.Worker).ExecuteUpdateAsync(set => set.SetProperty(w => w.SeenAt, now), ct);
        if (known == announced.Models.Select(m => m.Revision).Distinct(StringComparer.Ordinal).Count()) return true;

        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.Workers.Where(w => w.Worker == announced.Worker || w.SeenAt < now.AddDays(-1)).ExecuteDeleteAsync(ct);
        foreach (var revision in announced.Models.Select(m => m.Revision).Distinct(StringComparer.Ordinal))
            context.Workers.Add(new KnownWorker { Worker = announced.Worker, Revision = revision, Host = announced.Host, SeenAt = now });
        foreach (var model in announced.Models.DistinctBy(m => m.Name))
        {
            string descriptor = JsonSerializer.Serialize(model, ApiJson.Options);
            var row = await context.Models.FindAsync([model.Name], ct);
            if (row is null) context.Models.Add(new KnownModel { Name = model.Name, Revision = model.Revision, Descriptor = descriptor, AnnouncedAt = now });
            else (row.Revision, row.Descriptor, row.AnnouncedAt) = (model.Revision, descriptor, now);
        }

        await context.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return false;
    }

    private async Task ProlongAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        if (announced.ShardsInHand.Count == 0) return;
        var lease = time.GetUtcNow().AddSeconds(options.Value.LeaseSeconds);
        foreach (var job in announced.ShardsInHand.GroupBy(s => s.JobId))
        {
            int[] numbers = [.. job.Select(s => s.Number)];
            await context.Shards.Where(s => s.JobId == job.Key && s.Status == ShardStatus.Dispatched && numbers.Contains(s.Number))
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseUntil, lease).SetProperty(s => s.Worker, announced.Worker), ct);
        }

        // While a worker of the model is busy its queue is served, and what waits there is late, not lost.
        string[] revisions = [.. announced.Models.Select(m => m.Revision)];
        await context.Shards
            .Where(s => s.Status == ShardStatus.Dispatched && s.Worker == null
                && context.Jobs.Any(j => j.Id == s.JobId && revisions.Contains(j.Revision)))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseUntil, lease), ct);
    }
}
