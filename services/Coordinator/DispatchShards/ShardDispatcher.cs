using System.Diagnostics;
using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
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
    CoordinatorDatabase database, Corpora corpora, ShardTraces traces, IBus sender, IOptions<CoordinatorOptions> options,
    IOptions<BusOptions> bus, TimeProvider time, ILogger<ShardDispatcher> logger)
{
    private static readonly string MarkPostgres = Mark("coordinator.", "= ANY (@numbers)");
    private static readonly string MarkSqlite = Mark("", "IN (SELECT value FROM json_each(@numbers))");
    private static readonly Meter Meter = Telemetry.Meter("Coordinator");
    private static readonly Counter<long> Dispatched = Meter.CreateCounter<long>("batchinfer.shards.dispatched", "{shard}");
    private readonly Dictionary<string, WeightedRoundRobin> _shares = new(StringComparer.Ordinal);

    // Made once, and not for every round. Those of paused jobs are in the same queue, and count too.
    private readonly Func<CoordinatorContext, int, IAsyncEnumerable<OpenJob>> _open = EF.CompileAsyncQuery((CoordinatorContext context, int patience) =>
        context.Jobs.AsNoTracking()
            .Where(j => j.Status == JobStatus.Planning || j.Status == JobStatus.Running || j.Status == JobStatus.Paused || j.Status == JobStatus.Cancelling)
            .LeftJoin(
                context.Shards.Where(s => s.Status == ShardStatus.Dispatched).GroupBy(s => s.JobId).Select(g => new { Job = g.Key, Count = g.Count() }),
                j => j.Id, f => f.Job, (j, f) => new { Job = j, InFlight = (int?)f!.Count })
            .LeftJoin(
                context.Workers.Where(w => w.SeenTick >= context.Ticks.Max(t => t.Now) - patience).GroupBy(w => w.Revision).Select(g => new { Revision = g.Key, Count = g.Count() }),
                j => j.Job.Revision, w => w.Revision, (j, w) => new OpenJob(j.Job, j.InFlight ?? 0, (int?)w!.Count ?? 0)));

    private readonly Func<CoordinatorContext, Guid, int, IAsyncEnumerable<Shard>> _next = EF.CompileAsyncQuery((CoordinatorContext context, Guid job, int count) =>
        context.Shards.AsNoTracking().Where(Suspicion.Dispatchable)
            .Where(s => s.JobId == job && s.NotBefore <= context.Ticks.Max(t => t.Now)).OrderBy(s => s.Number).Take(count));

    /// <summary>Fills every model's window once.</summary>
    /// <returns>The smallest window of the models that jobs wait for; 0 for none.</returns>
    public async Task<int> DispatchAsync(CancellationToken ct)
    {
        int smallest = 0;
        await using var context = await database.OpenAsync(ct);
        var open = await _open(context, options.Value.WorkerTimeoutSeconds).ToListAsync(ct);
        var waiting = open.Where(o => o.Job.Status is JobStatus.Planning or JobStatus.Running && o.Job.ShardsPersisted < o.Job.Shards).Select(o => o.Job).ToList();
        await RunningTrims.PostponeAsync(context, waiting, ct);
        var begin = waiting.ToHashSet();
        foreach (var jobs in open.GroupBy(o => o.Job.Revision, StringComparer.Ordinal))
        {
            // Without a worker there may be no queue either: the shards wait in the database.
            int window = jobs.First().Workers * options.Value.WindowPerWorker;
            List<OpenJob> wanting = [.. jobs.Where(o => begin.Contains(o.Job))];
            if (window == 0 || wanting.Count == 0) continue;
            smallest = smallest == 0 ? window : Math.Min(smallest, window);
            try
            {
                await FillAsync(context, jobs.Key, wanting, window, window - jobs.Sum(o => o.InFlight), ct);
            }
            catch (MessageReturnedException)
            {
                // Its queue is gone, and comes again with its workers' next connection. The other models' jobs do not wait for it.
                LogNoQueue(wanting[0].Job.Model, jobs.Key);
            }
        }

        return smallest;
    }

    private async Task FillAsync(CoordinatorContext context, string revision, List<OpenJob> jobs, int window, int free, CancellationToken ct)
    {
        if (!_shares.TryGetValue(revision, out var share)) _shares[revision] = share = new WeightedRoundRobin();
        var dealt = free > 0 ? share.Deal([.. jobs.Select(j => (j.Job.Id, j.Job.Priority, j.Waiting))], free) : [];
        // A job with nothing in flight does not wait for room: its first shard goes over and above the window, up to twice that.
        int over = window + free - dealt.Values.Sum();
        foreach (var job in jobs.Where(j => j.InFlight == 0 && j.Waiting > 0 && !dealt.ContainsKey(j.Job.Id)).Take(Math.Max(0, over)))
            dealt.Add(job.Job.Id, 1);
        foreach (var (job, _, _) in jobs)
            if (dealt.TryGetValue(job.Id, out int count)) await SendAsync(context, job, count, ct);
    }

    private async Task SendAsync(CoordinatorContext context, Job job, int count, CancellationToken ct)
    {
        var shards = await _next(context, job.Id, count).ToListAsync(ct);
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
            foreach (var shard in together) await SendAsync(endpoint, message(shard), activity, ct);
        }

        foreach (var shard in shards)
        {
            if (traces.IsInJobTrace(shard)) continue;
            using var activity = traces.StartOwn(job, shard);
            await SendAsync(endpoint, message(shard), activity, ct);
        }
    }

    private async Task SendAsync(ISendEndpoint endpoint, InferShard shard, Activity? span, CancellationToken ct)
    {
        try
        {
            await BrokerSends.UntilTakenAsync(sending => endpoint.Send(shard, Pipe.Execute<SendContext<InferShard>>(Mandatory), sending), logger, ct);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    private async Task MarkAsync(CoordinatorContext context, Job job, List<Shard> shards, CancellationToken ct)
    {
        var (now, lease) = (time.GetUtcNow(), options.Value.LeaseSeconds);
        bool postgres = context.Database.IsNpgsql();
        foreach (var group in shards.GroupBy(s => s.Attempt))
        {
            int[] numbers = [.. group.Select(s => s.Number)];
            await using var mark = (await context.CommandAsync(postgres ? MarkPostgres : MarkSqlite, ct))
                .With("@job", job.Id).With("@attempt", group.Key).With("@now", now).With("@lease", lease)
                // SQLite takes no arrays.
                .With("@numbers", postgres ? numbers : $"[{string.Join(',', numbers)}]");
            await mark.ExecuteNonQueryAsync(ct);
        }

        if (job.StartedAt is null)
            await context.Jobs.Where(j => j.Id == job.Id && j.StartedAt == null).ExecuteUpdateAsync(set => set.SetProperty(j => j.StartedAt, now), ct);
    }

    private static string Mark(string schema, string numbers) =>
        $"""
        UPDATE {schema}shards SET status = 'Dispatched', attempt = @attempt + 1, dispatched_at = @now, worker = NULL,
        dispatch_tick = clock.now, lease_tick = clock.now + @lease FROM {schema}lease_clock AS clock
        WHERE job_id = @job AND status = 'Pending' AND attempt = @attempt AND number {numbers}
        """;

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

    /// <summary>A job that is not over.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="InFlight">Its shards in the queue or in a worker's hands.</param>
    /// <param name="Workers">Live workers that serve its revision.</param>
    private sealed record OpenJob(Job Job, int InFlight, int Workers)
    {
        public int Waiting => Job.Shards - Job.ShardsPersisted - InFlight;
    }
}
