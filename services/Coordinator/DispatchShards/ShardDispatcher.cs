using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// Keeps a bounded window of shards in flight for each model revision that has workers, shared among its jobs by priority.
/// Sends with confirm, then marks: a crash between the two sends a shard twice, which is harmless, and never none.
/// </summary>
internal sealed partial class ShardDispatcher(
    CoordinatorDatabase database, FileStore files, LiveWorkers live, IBus sender, IOptions<CoordinatorOptions> options,
    IOptions<BusOptions> bus, TimeProvider time, ILogger<ShardDispatcher> logger)
{
    private static readonly Meter Meter = Telemetry.Meter("Coordinator");
    private static readonly Counter<long> Dispatched = Meter.CreateCounter<long>("batchinfer.shards.dispatched", "{shard}");
    private readonly Dictionary<string, WeightedRoundRobin> _shares = new(StringComparer.Ordinal);

    /// <summary>Fills every model's window once.</summary>
    public async Task DispatchAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var waiting = await context.Jobs.AsNoTracking()
            .Where(j => (j.Status == JobStatus.Planning || j.Status == JobStatus.Running) && j.ShardsPersisted < j.Shards).ToListAsync(ct);
        if (waiting.Count == 0) return;
        var workers = await live.CountAsync(context, ct);
        foreach (var jobs in waiting.GroupBy(j => j.Revision))
        {
            // Without a worker there may be no queue either: the shards wait in the database.
            if (workers.TryGetValue(jobs.Key, out int alive))
                await FillAsync(context, jobs.Key, [.. jobs], alive * options.Value.WindowPerWorker, ct);
        }
    }

    private async Task FillAsync(CoordinatorContext context, string revision, List<Job> jobs, int window, CancellationToken ct)
    {
        var ids = jobs.Select(j => j.Id).ToArray();
        var counts = await context.Shards
            .Where(s => ids.Contains(s.JobId) && (s.Status == ShardStatus.Pending || s.Status == ShardStatus.Dispatched))
            .GroupBy(s => new { s.JobId, s.Status })
            .Select(g => new { g.Key.JobId, g.Key.Status, Count = g.Count() }).ToListAsync(ct);
        int free = window - counts.Where(c => c.Status == ShardStatus.Dispatched).Sum(c => c.Count);
        if (free <= 0) return;
        if (!_shares.TryGetValue(revision, out var share)) _shares[revision] = share = new WeightedRoundRobin();
        var pending = counts.Where(c => c.Status == ShardStatus.Pending).ToDictionary(c => c.JobId, c => c.Count);
        var dealt = share.Deal([.. jobs.Where(j => pending.ContainsKey(j.Id)).Select(j => (j.Id, j.Priority, pending[j.Id]))], free);
        foreach (var job in jobs.Where(j => dealt.ContainsKey(j.Id))) await SendAsync(context, job, dealt[job.Id], ct);
    }

    private async Task SendAsync(CoordinatorContext context, Job job, int count, CancellationToken ct)
    {
        var shards = await context.Shards.AsNoTracking().Where(s => s.JobId == job.Id && s.Status == ShardStatus.Pending)
            .OrderBy(s => s.Number).Take(count).ToListAsync(ct);
        if (shards.Count == 0) return;
        var endpoint = await sender.GetSendEndpoint(EndpointPolicy.Address(bus.Value.Transport, QueueNames.Infer(job.Revision)));
        using (var activity = Telemetry.StartBelow(job.TraceParent, "dispatch"))
        {
            activity?.SetTag("batchinfer.job.id", job.Id);
            activity?.SetTag("batchinfer.shards", shards.Count);
            foreach (var shard in shards) await endpoint.Send(Message(job, shard), Pipe.Execute<SendContext<InferShard>>(Mandatory), ct);
        }

        var now = time.GetUtcNow();
        var lease = now.AddSeconds(options.Value.LeaseSeconds);
        foreach (var group in shards.GroupBy(s => s.Attempt))
        {
            int[] numbers = [.. group.Select(s => s.Number)];
            await context.Shards
                .Where(s => s.JobId == job.Id && s.Status == ShardStatus.Pending && s.Attempt == group.Key && numbers.Contains(s.Number))
                .ExecuteUpdateAsync(set => set
                    .SetProperty(s => s.Status, ShardStatus.Dispatched)
                    .SetProperty(s => s.Attempt, group.Key + 1)
                    .SetProperty(s => s.DispatchedAt, now)
                    .SetProperty(s => s.Worker, (string?)null)
                    .SetProperty(s => s.LeaseUntil, lease), ct);
        }

        if (job.StartedAt is null)
            await context.Jobs.Where(j => j.Id == job.Id && j.StartedAt == null).ExecuteUpdateAsync(set => set.SetProperty(j => j.StartedAt, now), ct);
        Dispatched.Add(shards.Count);
        LogDispatched(job.Id, shards[0].Number, shards[^1].Number);
    }

    private InferShard Message(Job job, Shard shard) => new(
        new ShardId(job.Id, shard.Number), shard.Attempt + 1, job.Model, job.Revision, job.Task, job.Parameters,
        files.AddressForWorkers(job.FileId), job.Schema, shard.Offset, shard.Length, shard.FirstOrdinal, shard.FirstLine, shard.RecordCount);

    /// <summary>The broker then refuses what no queue takes, where it would drop it without a word.</summary>
    private static void Mandatory(SendContext<InferShard> context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.Mandatory = true;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dispatched {JobId}: shards {First} to {Last}")]
    private partial void LogDispatched(Guid jobId, int first, int last);
}
