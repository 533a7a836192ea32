using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// The transitions of jobs and shards. Each is one conditional statement, or one transaction of them, so that hearing the
/// same thing twice, or two coordinators hearing it, changes nothing the second time.
/// </summary>
internal sealed class JobProgress(CoordinatorDatabase database, TimeProvider time)
{
    /// <summary>Counts a stored shard, and completes its job when it was the last.</summary>
    /// <returns>False when it was counted before, or is not known.</returns>
    public async Task<bool> PersistedAsync(ShardPersisted persisted, CancellationToken ct)
    {
        var (id, counts) = (persisted.Shard, persisted.Counts);
        await using var context = await database.OpenAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        // A discarded shard whose worker was faster than the cancellation is stored all the same, and says so.
        int changed = await context.Shards
            .Where(s => s.JobId == id.JobId && s.Number == id.Number && s.Status != ShardStatus.Persisted)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, ShardStatus.Persisted)
                .SetProperty(s => s.Worker, persisted.Worker)
                .SetProperty(s => s.StartedAt, persisted.StartedAt.ToUniversalTime())
                .SetProperty(s => s.PersistedAt, persisted.PersistedAt.ToUniversalTime())
                .SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(s => s.Computed, counts.Computed)
                .SetProperty(s => s.Cached, counts.Cached)
                .SetProperty(s => s.Duplicates, counts.Duplicates)
                .SetProperty(s => s.Failed, counts.Failed)
                .SetProperty(s => s.Tokens, counts.Tokens)
                .SetProperty(s => s.PaddedTokens, counts.PaddedTokens), ct);
        if (changed == 0) return false;
        await context.Jobs.Where(j => j.Id == id.JobId).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.ShardsPersisted, j => j.ShardsPersisted + 1)
            .SetProperty(j => j.Computed, j => j.Computed + counts.Computed)
            .SetProperty(j => j.Cached, j => j.Cached + counts.Cached)
            .SetProperty(j => j.Duplicates, j => j.Duplicates + counts.Duplicates)
            .SetProperty(j => j.Failed, j => j.Failed + counts.Failed)
            .SetProperty(j => j.Tokens, j => j.Tokens + counts.Tokens)
            .SetProperty(j => j.PaddedTokens, j => j.PaddedTokens + counts.PaddedTokens), ct);
        await CompleteAsync(context, id.JobId, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Completes a job when every shard is known and stored.</summary>
    public Task<int> CompleteAsync(CoordinatorContext context, Guid jobId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return context.Jobs
            .Where(j => j.Id == jobId && j.PlannedAt != null && j.Shards == j.ShardsPersisted
                && (j.Status == JobStatus.Planning || j.Status == JobStatus.Running))
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Status, JobStatus.Completed)
                .SetProperty(j => j.StartedAt, j => j.StartedAt ?? now)
                .SetProperty(j => j.FinishedAt, now), ct);
    }

    /// <summary>A worker dropped the shard since its job was cancelled.</summary>
    public async Task DiscardedAsync(ShardId id, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await context.Shards
            .Where(s => s.JobId == id.JobId && s.Number == id.Number && s.Status == ShardStatus.Dispatched)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Discarded).SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null), ct);
        await CloseCancelledAsync(context, id.JobId, ct);
    }

    /// <summary>An attempt failed: the shard waits for its next one, or its job fails.</summary>
    /// <param name="id">The shard.</param>
    /// <param name="attempt">The attempt that failed; an older one than the last dispatched changes nothing.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="final">No attempt can help.</param>
    /// <param name="ct">Cancels.</param>
    public async Task FaultedAsync(ShardId id, int attempt, string message, bool final, CancellationToken ct)
    {
        if (final)
        {
            await FailAsync(id.JobId, message, ct);
            return;
        }

        await using var context = await database.OpenAsync(ct);
        await context.Shards
            .Where(s => s.JobId == id.JobId && s.Number == id.Number && s.Status == ShardStatus.Dispatched && s.Attempt == attempt)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, ShardStatus.Pending)
                .SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(s => s.Fault, message), ct);
    }

    /// <summary>Ends a job that cannot go on. What it has stored stays.</summary>
    public async Task FailAsync(Guid jobId, string message, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var context = await database.OpenAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        int failed = await context.Jobs
            .Where(j => j.Id == jobId && (j.Status == JobStatus.Planning || j.Status == JobStatus.Running || j.Status == JobStatus.Paused))
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Status, JobStatus.Failed)
                .SetProperty(j => j.Message, message)
                .SetProperty(j => j.FinishedAt, now), ct);
        if (failed > 0) await DiscardAsync(context, jobId, s => s.Status == ShardStatus.Pending || s.Status == ShardStatus.Dispatched, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Asks a job to stop: what waits is dropped now, what is in hand when its worker says so.</summary>
    /// <returns>False when the job had ended.</returns>
    public async Task<bool> CancelAsync(Guid jobId, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        int cancelling = await context.Jobs
            .Where(j => j.Id == jobId && (j.Status == JobStatus.Validating || j.Status == JobStatus.Planning
                || j.Status == JobStatus.Running || j.Status == JobStatus.Paused))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Cancelling), ct);
        if (cancelling == 0) return false;
        await CloseCancelledAsync(context, jobId, ct);
        return true;
    }

    /// <summary>Drops what a cancelling job still has waiting, and closes it when nothing is in hand.</summary>
    public async Task CloseCancelledAsync(CoordinatorContext context, Guid jobId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!await context.Jobs.AnyAsync(j => j.Id == jobId && j.Status == JobStatus.Cancelling, ct)) return;
        await DiscardAsync(context, jobId, s => s.Status == ShardStatus.Pending
            || (s.Status == ShardStatus.Dispatched && s.LeaseUntil < now), ct);
        await context.Jobs
            .Where(j => j.Id == jobId && j.Status == JobStatus.Cancelling
                && !context.Shards.Any(s => s.JobId == jobId && s.Status == ShardStatus.Dispatched))
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Status, JobStatus.Cancelled)
                .SetProperty(j => j.FinishedAt, now), ct);
    }

    private static Task<int> DiscardAsync(
        CoordinatorContext context, Guid jobId, System.Linq.Expressions.Expression<Func<Shard, bool>> which, CancellationToken ct) =>
        context.Shards.Where(s => s.JobId == jobId).Where(which)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Discarded).SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null), ct);
}
