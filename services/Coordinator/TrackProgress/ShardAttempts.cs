using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// How attempts end that gave no predictions. The shard waits for its next one, and where the failure is laid to its records
/// it has a strike more; <see cref="Suspicion"/> says what follows. Each call changes nothing the second time.
/// </summary>
internal sealed partial class ShardAttempts(CoordinatorDatabase database, JobEnd end, IOptions<CoordinatorOptions> options, ILogger<ShardAttempts> logger)
{
    private const int LongestPause = 60;

    /// <summary>A worker failed for a reason that passes: the shard waits a while, longer each time, but is never given up.</summary>
    public async Task DeferAsync(InferShard shard, string reason, CancellationToken ct)
    {
        var (id, attempt) = (shard.Shard, shard.Attempt);
        await using var context = await database.OpenAsync(ct);
        long tick = await context.TickAsync(ct) + Math.Min(LongestPause, 1L << Math.Min(attempt, 6));
        int waits = await Current(context, id, attempt).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.Attempt, attempt)
            .SetProperty(s => s.RunBy, (string?)null)
            .SetProperty(s => s.LeaseTick, (long?)null)
            .SetProperty(s => s.NotBefore, tick), ct);
        if (waits == 0) return;
        string trouble = $"Shard {id.Number} failed {attempt} {(attempt == 1 ? "time" : "times")} and is tried again: {reason}";
        await context.Jobs.Where(j => j.Id == id.JobId).ExecuteUpdateAsync(set => set.SetProperty(j => j.Trouble, trouble), ct);
    }

    /// <summary>The model failed on the shard, says a worker that survived it.</summary>
    /// <returns>True when the job failed with it.</returns>
    public async Task<bool> StrikeAsync(InferShard shard, string reason, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        int struck = await Current(context, shard.Shard, shard.Attempt).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.Attempt, shard.Attempt)
            .SetProperty(s => s.RunBy, (string?)null)
            .SetProperty(s => s.LeaseTick, (long?)null)
            .SetProperty(s => s.Strikes, s => s.Strikes + 1)
            .SetProperty(s => s.Fault, reason), ct);
        return struck > 0 && await StrikeJobAsync(context, shard.Shard.JobId, struck, ct);
    }

    /// <summary>A worker handed the shard back as it stops: nobody is to blame.</summary>
    public async Task HandBackAsync(ShardId id, int attempt, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await Current(context, id, attempt).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.Attempt, attempt)
            .SetProperty(s => s.RunBy, (string?)null)
            .SetProperty(s => s.LeaseTick, (long?)null), ct);
    }

    /// <summary>A worker dropped the shard since it heard that its job was cancelled. Should that not be so, the shard waits again.</summary>
    public async Task DiscardAsync(ShardId id, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(id.JobId, ct);
        bool goesOn = await context.Jobs.AnyAsync(j => j.Id == id.JobId
            && (j.Status == JobStatus.Planning || j.Status == JobStatus.Running || j.Status == JobStatus.Paused), ct);
        await context.Shards.Where(s => s.JobId == id.JobId && s.Number == id.Number && s.Status == ShardStatus.Dispatched)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, goesOn ? ShardStatus.Pending : ShardStatus.Discarded)
                .SetProperty(s => s.RunBy, (string?)null)
                .SetProperty(s => s.LeaseTick, (long?)null), ct);
        await end.CommitAsync(transaction, await end.CloseCancelledAsync(context, id.JobId, ct), ct);
    }

    /// <summary>Whoever took the shard first gave no answer: it died, or was cut off.</summary>
    /// <returns>True when the job failed with it.</returns>
    public async Task<bool> UnansweredAsync(ShardId id, int attempt, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var ended = await LostAsync(context, Current(context, id, attempt), ct);
        // One that never ran alone may have died of a neighbour: a strike to make it run alone, but not one of the job's.
        await Current(context, id, attempt).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.Attempt, attempt)
            .SetProperty(s => s.LeaseTick, (long?)null)
            .SetProperty(s => s.Strikes, s => s.Strikes == 0 ? 1 : s.Strikes), ct);
        return ended.Count > 0;
    }

    /// <summary>Dispatched shards that nobody was heard to hold for a lease wait again.</summary>
    /// <returns>How many, and the jobs that failed with it.</returns>
    public async Task<(int Lapsed, IReadOnlyList<Guid> Ended)> LapseAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        long tick = await context.TickAsync(ct);
        var lapsed = context.Shards.Where(s => s.Status == ShardStatus.Dispatched && s.LeaseTick < tick
            && !context.Jobs.Any(j => j.Id == s.JobId && j.Status == JobStatus.Cancelling));
        var lost = await CountAsync(lapsed, ct);
        if (lost.Count == 0) return (0, []);
        var ended = await LostAsync(context, lapsed, ct);
        await lapsed.ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.LeaseTick, (long?)null), ct);
        foreach (var (job, shards) in lost) LogLost(job, shards);
        return (lost.Sum(l => l.Shards), ended);
    }

    /// <summary>Queues within a process die with it: what they held waits again, and is suspected of its death.</summary>
    public async Task LapseAllAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var held = context.Shards.Where(s => s.Status == ShardStatus.Dispatched);
        var (lost, alone) = (await CountAsync(held, ct), await CountAsync(held.Where(s => s.RunBy != null), ct));
        await held.ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.LeaseTick, (long?)null)
            // Those that wait for their turn alone had none.
            .SetProperty(s => s.Strikes, s => s.Strikes == 0 || s.RunBy != null ? s.Strikes + 1 : s.Strikes)
            .SetProperty(s => s.RunBy, (string?)null), ct);
        foreach (var (job, shards) in lost) LogLost(job, shards);
        // A model that kills its process whatever it is given would else be tried on each of its records.
        foreach (var (job, shards) in alone) await StrikeJobAsync(context, job, shards, ct);
    }

    /// <summary>The process stops in order, and its queues with it: what they hold waits again, and nobody is to blame.</summary>
    public async Task HandBackAllAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await context.Shards.Where(s => s.Status == ShardStatus.Dispatched).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.LeaseTick, (long?)null)
            .SetProperty(s => s.RunBy, (string?)null), ct);
    }

    /// <summary>Writes down who is about to run a suspected shard.</summary>
    /// <returns>False when this attempt is no longer wanted.</returns>
    public async Task<bool> MayStartAsync(SuspectStarting suspect, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        long tick = await context.TickAsync(ct);
        return await Current(context, suspect.Shard, suspect.Attempt).Where(s => s.RunBy == null || s.RunBy == suspect.Worker)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, ShardStatus.Dispatched)
                .SetProperty(s => s.Attempt, suspect.Attempt)
                .SetProperty(s => s.DispatchTick, tick)
                .SetProperty(s => s.LeaseTick, tick + options.Value.LeaseSeconds)
                .SetProperty(s => s.Worker, suspect.Worker)
                // What its attempt before had predicted is nobody's now.
                .SetProperty(s => s.Predicted, 0)
                .SetProperty(s => s.PredictedTokens, 0)
                .SetProperty(s => s.RunBy, suspect.Worker), ct) > 0;
    }

    /// <summary>Judges single records whose worker gave no answer: was it heard of since, or is it dead?</summary>
    /// <param name="deadAfter">Ticks without a heartbeat after which a worker is dead.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The jobs that failed with it.</returns>
    public async Task<IReadOnlyList<Guid>> JudgeAsync(int deadAfter, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        // Only a suspected shard is run by one worker alone: that it failed is said for the index's sake.
        var open = await context.Shards.AsNoTracking().Where(s => s.Strikes > 0 && s.Status == ShardStatus.Pending && s.RunBy != null).ToListAsync(ct);
        if (open.Count == 0) return [];
        var ended = new List<Guid>();
        long tick = await context.TickAsync(ct);
        foreach (var shard in open)
        {
            long? seen = await context.Workers.Where(w => w.Worker == shard.RunBy).MaxAsync(w => (long?)w.SeenTick, ct);
            // A heartbeat that was on its way when the worker died is no sign of life.
            bool alive = seen > shard.NotBefore + 2, dead = seen is null || seen + deadAfter < tick;
            if (!alive && !dead) continue;
            int judged = await context.Shards
                .Where(s => s.JobId == shard.JobId && s.Number == shard.Number && s.Status == ShardStatus.Pending && s.RunBy == shard.RunBy)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(s => s.RunBy, (string?)null)
                    .SetProperty(s => s.Strikes, s => s.Strikes + (alive ? 0 : 1)), ct);
            if (alive || judged == 0) continue;
            LogDied(shard.RunBy!, shard.JobId, shard.Number);
            if (await StrikeJobAsync(context, shard.JobId, judged, ct)) ended.Add(shard.JobId);
        }

        return ended;
    }

    /// <summary>
    /// The shard, where that attempt is its last. A shard is sent before it is marked, so what is heard of the attempt may be
    /// quicker than its mark; whoever changes the shard then sets the attempt in its place.
    /// </summary>
    private static IQueryable<Shard> Current(CoordinatorContext context, ShardId id, int attempt) =>
        context.Shards.Where(s => s.JobId == id.JobId && s.Number == id.Number
            && ((s.Status == ShardStatus.Dispatched && s.Attempt == attempt) || (s.Status == ShardStatus.Pending && s.Attempt == attempt - 1)));

    /// <summary>Of the lost ones those that ran alone: several records have a strike more, a single one waits for the verdict on its worker.</summary>
    private async Task<IReadOnlyList<Guid>> LostAsync(CoordinatorContext context, IQueryable<Shard> lost, CancellationToken ct)
    {
        var alone = lost.Where(s => s.RunBy != null);
        var jobs = await alone.Select(s => s.JobId).Distinct().ToListAsync(ct);
        if (jobs.Count == 0) return [];
        long tick = await context.TickAsync(ct);
        await alone.Where(s => s.RecordCount == 1).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.LeaseTick, (long?)null)
            .SetProperty(s => s.NotBefore, tick), ct);
        var ended = new List<Guid>();
        foreach (var job in jobs)
        {
            int struck = await alone.Where(s => s.JobId == job && s.RecordCount > 1).ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, ShardStatus.Pending)
                .SetProperty(s => s.LeaseTick, (long?)null)
                .SetProperty(s => s.RunBy, (string?)null)
                .SetProperty(s => s.Strikes, s => s.Strikes + 1), ct);
            if (struck > 0 && await StrikeJobAsync(context, job, struck, ct)) ended.Add(job);
        }

        return ended;
    }

    private static async Task<List<(Guid Job, int Shards)>> CountAsync(IQueryable<Shard> shards, CancellationToken ct) =>
        (await shards.GroupBy(s => s.JobId).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct)).ConvertAll(g => (g.Key, g.Count));

    private async Task<bool> StrikeJobAsync(CoordinatorContext context, Guid jobId, int strikes, CancellationToken ct)
    {
        await context.Jobs.Where(j => j.Id == jobId).ExecuteUpdateAsync(set => set.SetProperty(j => j.Strikes, j => j.Strikes + strikes), ct);
        var job = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == jobId, ct);
        if (job.Strikes <= Suspicion.JobStrikes || job.Strikes <= job.ShardsPersisted) return false;
        string? last = await context.Shards.Where(s => s.JobId == jobId && s.Fault != null).OrderByDescending(s => s.Attempt)
            .Select(s => s.Fault).FirstOrDefaultAsync(ct);
        return await end.FailAsync(jobId,
            $"The model failed {job.Strikes} times, more often than it predicted a shard: it is not single records that it fails on. "
            + (last is null ? "Its workers die of it; their logs or their memory limit may say why." : $"Last it said: {last}"), ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Shards} shards of {JobId} were lost and are dispatched again")]
    private partial void LogLost(Guid jobId, int shards);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {Worker} died while it ran {JobId}/{Shard}, a single record")]
    private partial void LogDied(string worker, Guid jobId, int shard);
}
