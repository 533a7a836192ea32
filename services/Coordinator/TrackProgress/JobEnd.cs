using System.Diagnostics;
using System.Linq.Expressions;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>How jobs end other than by being done, and where every end is told. What they have stored stays.</summary>
internal sealed class JobEnd(CoordinatorDatabase database, JobLog log, TimeProvider time)
{
    /// <summary>Ticks that workers have to drop the shards of a cancelled job; then nobody is waited for.</summary>
    private const int CancelTicks = 10;

    /// <summary>States that a job can be ended in. One that is cancelling ends by itself.</summary>
    private static readonly Expression<Func<Job, bool>> Endable = j =>
        j.Status == JobStatus.Validating || j.Status == JobStatus.Planning || j.Status == JobStatus.Running || j.Status == JobStatus.Paused;

    /// <summary>Fails a job that cannot go on.</summary>
    /// <returns>False when it had ended.</returns>
    public Task<bool> FailAsync(Guid jobId, string message, CancellationToken ct) => EndAsync(jobId, JobStatus.Failed, message, ct);

    /// <summary>Ends the jobs whose deadline has passed, by this machine's clock.</summary>
    /// <returns>Those ended now.</returns>
    public async Task<IReadOnlyList<Guid>> ExpireAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        List<Guid> due;
        await using (var context = await database.OpenAsync(ct))
            due = await context.Jobs.Where(j => j.ExpiresAt < now).Where(Endable).Select(j => j.Id).ToListAsync(ct);
        var expired = new List<Guid>();
        foreach (var job in due)
            if (await EndAsync(job, JobStatus.Expired, "Its deadline passed before every record was predicted. What it has is kept.", ct)) expired.Add(job);
        return expired;
    }

    /// <summary>Ends a job in the caller's transaction, which holds the job's row.</summary>
    /// <returns>For <see cref="CommitAsync"/>; null when it had ended.</returns>
    public async Task<JobEnding?> EndAsync(CoordinatorContext context, Guid jobId, JobStatus status, string message, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        int ended = await context.Jobs.Where(j => j.Id == jobId).Where(Endable).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.Status, status)
            .SetProperty(j => j.Message, message)
            .SetProperty(j => j.FinishedAt, now), ct);
        if (ended == 0) return null;
        await DiscardAsync(context, jobId, s => s.Status == ShardStatus.Pending || s.Status == ShardStatus.Dispatched, ct);
        return new JobEnding(await ReadAsync(context, jobId, ct), status, message);
    }

    /// <summary>Asks a job to stop: what waits is dropped now, what is in hand when its worker says so, or soon.</summary>
    /// <returns>False when the job had ended.</returns>
    public async Task<bool> CancelAsync(Guid jobId, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(jobId, ct);
        int cancelling = await context.Jobs.Where(j => j.Id == jobId).Where(Endable)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Cancelling), ct);
        if (cancelling == 0) return false;
        long patience = await context.TickAsync(ct) + CancelTicks;
        await context.Shards.Where(s => s.JobId == jobId && s.Status == ShardStatus.Dispatched && s.LeaseTick > patience)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseTick, patience), ct);
        var ending = await CloseCancelledAsync(context, jobId, ct);
        await CommitAsync(transaction, ending, ct);
        if (ending is null) log.Cancelling(jobId);
        return true;
    }

    /// <summary>Drops what a cancelling job still has waiting, and closes it when nothing is in hand.</summary>
    /// <returns>For <see cref="CommitAsync"/>; null when it is not closed, or was.</returns>
    public async Task<JobEnding?> CloseCancelledAsync(CoordinatorContext context, Guid jobId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!await context.Jobs.AnyAsync(j => j.Id == jobId && j.Status == JobStatus.Cancelling, ct)) return null;
        long tick = await context.TickAsync(ct);
        await DiscardAsync(context, jobId, s => s.Status == ShardStatus.Pending
            || (s.Status == ShardStatus.Dispatched && s.LeaseTick < tick), ct);
        int closed = await context.Jobs
            .Where(j => j.Id == jobId && j.Status == JobStatus.Cancelling
                && !context.Shards.Any(s => s.JobId == jobId && s.Status == ShardStatus.Dispatched))
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Status, JobStatus.Cancelled)
                .SetProperty(j => j.FinishedAt, now), ct);
        return closed == 0 ? null : new JobEnding(await ReadAsync(context, jobId, ct), JobStatus.Cancelled, null);
    }

    /// <summary>
    /// Commits the caller's transaction, and only then tells trace and log that a job ended with it: once, since every end is one
    /// conditional statement, and whoever it was that ended it.
    /// </summary>
    public async Task CommitAsync(IDbContextTransaction transaction, JobEnding? ending, CancellationToken ct)
    {
        await transaction.CommitAsync(ct);
        if (ending is not { Job: var job }) return;
        using var span = Telemetry.StartBelow(job.TraceParent, ending.Status == JobStatus.Completed ? "complete" : "end");
        span?.SetTag("batchinfer.job.id", job.Id);
        span?.SetTag("batchinfer.shards", job.Shards);
        span?.SetTag("batchinfer.records", job.Computed + job.Cached + job.Failed);
        span?.SetTag("batchinfer.records.cached", job.Cached);
        span?.SetTag("batchinfer.records.failed", job.Failed);
        span?.SetTag("batchinfer.tokens", job.Tokens);
        span?.SetTag("batchinfer.tokens.padded", job.PaddedTokens);
        if (ending.Reason is { } reason) span?.SetStatus(ActivityStatusCode.Error, reason);
        log.Ended(ending);
    }

    private async Task<bool> EndAsync(Guid jobId, JobStatus status, string message, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(jobId, ct);
        var ending = await EndAsync(context, jobId, status, message, ct);
        await CommitAsync(transaction, ending, ct);
        return ending is not null;
    }

    private static Task<Job> ReadAsync(CoordinatorContext context, Guid jobId, CancellationToken ct) =>
        context.Jobs.AsNoTracking().SingleAsync(j => j.Id == jobId, ct);

    private static Task<int> DiscardAsync(CoordinatorContext context, Guid jobId, Expression<Func<Shard, bool>> which, CancellationToken ct) =>
        context.Shards.Where(s => s.JobId == jobId).Where(which).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Discarded)
            .SetProperty(s => s.RunBy, (string?)null)
            .SetProperty(s => s.LeaseTick, (long?)null), ct);
}
