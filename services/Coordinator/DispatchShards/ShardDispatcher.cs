using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.Retain;
using BatchInfer.Coordinator.TrackProgress;
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
    CoordinatorDatabase database, Corpora corpora, LiveWorkers live, ShardTraces traces, IBus sender, IOptions<CoordinatorOptions> options,
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
        await RunningTrims.PostponeAsync(context, waiting, ct);
        if (waiting.Count == 0) return;
        var workers = await live.CountAsync(context, ct);
        foreach (var jobs in waiting.GroupBy(j => j.Revision))
        {
            // Without a worker there may be no queue either: the shards wait in the database.
            if (!workers.TryGetValue(jobs.Key, out int alive)) continue;
            try
            {
                await FillAsync(context, jobs.Key, [.. jobs], alive * options.Value.WindowPerWorker, ct);
            }
            catch (MessageReturnedException)
            {
                // Its queue is gone, and comes again with its workers' next connection. The other models' jobs do not wait for it.
                LogNoQueue(jobs.First().Model, jobs.Key);
            }
        }
    }

    private async Task FillAsync(CoordinatorContext context, string revision, List<Job> jobs, int window, CancellationToken ct)
    {
        var ids = jobs.Select(j => j.Id).ToArray();
        var inFlight = await context.Shards
            // Those of paused jobs count too: they are in the same queue.
            .Where(s => s.Status == ShardStatus.Dispatched && context.Jobs.Any(j => j.Id == s.JobId && j.Revision == revision))
            .GroupBy(s => s.JobId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        int free = window - inFlight.Values.Sum();
        if (!_shares.TryGetValue(revision, out var share)) _shares[revision] = share = new WeightedRoundRobin();
        var dealt = free > 0 ? share.Deal([.. jobs.Select(j => (j.Id, j.Priority, Waiting(j)))], free) : [];
        // A job with nothing in flight does not wait for room: its first shard goes over and above the window, up to twice that.
        int over = window + free - dealt.Values.Sum();
        foreach (var job in jobs.Where(j => !inFlight.ContainsKey(j.Id) && Waiting(j) > 0 && !dealt.ContainsKey(j.Id)).Take(Math.Max(0, over)))
            dealt.Add(job.Id, 1);
        foreach (var job in jobs.Where(j => dealt.ContainsKey(j.Id))) await SendAsync(context, job, dealt[job.Id], ct);

        int Waiting(Job job) => job.Shards - job.ShardsPersisted - inFlight.GetValueOrDefault(job.Id);
    }

    private async Task SendAsync(CoordinatorContext context, Job job, int count, CancellationToken ct)
    {
        var shards = await context.Shards.AsNoTracking().Where(Suspicion.Dispatchable)
            .Where(s => s.JobId == job.Id && s.NotBefore <= context.Ticks.Max(t => t.Now))
            .OrderBy(s => s.Number).Take(count).ToListAsync(ct);
        if (shards.Count == 0) return;
        var (corpus, version) = await corpora.AddressForWorkersAsync(job.FileId, ct);
        var endpoint = await sender.GetSendEndpoint(EndpointPolicy.Address(bus.Value.Transport, QueueNames.Infer(job.Revision)));
        await SendAsync(endpoint, job, shards, shard => Message(job, shard, corpus, version), ct);
        await MarkAsync(context, job, shards, ct);
        Dispatched.Add(shards.Count);
        LogDispatched(job.Id, shards[0].Number, shards[^1].Number);
    }

    private async Task SendAsync(ISendEndpoint endpoint, Job job, List<Shard> shards, Func<Shard, InferShard> message, CancellationToken ct)
    {
        var together = shards.FindAll(traces.IsInJobTrace);
        if (together.Count > 0)
        {
            using var activity = Telemetry.StartBelow(job.TraceParent, "dispatch");
            activity?.SetTag("batchinfer.job.id", job.Id);
            activity?.SetTag("batchinfer.shards", together.Count);
            foreach (var shard in together) await SendAsync(endpoint, message(shard), ct);
        }

        foreach (var shard in shards)
        {
            if (traces.IsInJobTrace(shard)) continue;
            using var activity = traces.StartOwn(job, shard);
            await SendAsync(endpoint, message(shard), ct);
        }
    }

    private Task SendAsync(ISendEndpoint endpoint, InferShard shard, CancellationToken ct) =>
        BrokerSends.UntilTakenAsync(sending => endpoint.Send(shard, Pipe.Execute<SendContext<InferShard>>(Mandatory), sending), logger, ct);

    private async Task MarkAsync(CoordinatorContext context, Job job, List<Shard> shards, CancellationToken ct)
    {
        var (now, lease) = (time.GetUtcNow(), options.Value.LeaseSeconds);
        foreach (var group in shards.GroupBy(s => s.Attempt))
        {
            int[] numbers = [.. group.Select(s => s.Number)];
            await context.Shards
                .Where(s => s.JobId == job.Id && s.Status == ShardStatus.Pending && s.Attempt == group.Key && numbers.Contains(s.Number))
                .ExecuteUpdateAsync(set => set
                    .SetProperty(s => s.Status, ShardStatus.Dispatched)
                    .SetProperty(s => s.Attempt, group.Key + 1)
                    .SetProperty(s => s.DispatchedAt, now)
                    .SetProperty(s => s.DispatchTick, s => context.Ticks.Max(t => t.Now))
                    .SetProperty(s => s.Worker, (string?)null)
                    .SetProperty(s => s.LeaseTick, s => context.Ticks.Max(t => t.Now) + lease), ct);
        }

        if (job.StartedAt is null)
            await context.Jobs.Where(j => j.Id == job.Id && j.StartedAt == null).ExecuteUpdateAsync(set => set.SetProperty(j => j.StartedAt, now), ct);
    }

    private static InferShard Message(Job job, Shard shard, Uri corpus, CorpusVersion? version) => new(
        new ShardId(job.Id, shard.Number), shard.Attempt + 1, job.Model, job.Revision, job.Task, job.Parameters,
        corpus, job.Schema, shard.Offset, shard.Length, shard.FirstOrdinal, shard.FirstLine, shard.RecordCount,
        OnlyRecords.Read(shard.Only), Suspicion.RunsAlone(shard), Suspicion.Condemnation(shard), job.PromptSpec, version);

    /// <summary>The broker then refuses what no queue takes, where it would drop it without a word.</summary>
    private static void Mandatory(SendContext<InferShard> context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.Mandatory = true;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dispatched {JobId}: shards {First} to {Last}")]
    private partial void LogDispatched(Guid jobId, int first, int last);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model} has workers but no queue {Revision}: waiting for them to connect")]
    private partial void LogNoQueue(string model, string revision);
}
