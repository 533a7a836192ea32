using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Timeline;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// Counts what is stored. Each call is one transaction of conditional statements, so that hearing the same thing twice, or two
/// coordinators hearing it, changes nothing the second time.
/// </summary>
internal sealed class JobProgress(CoordinatorDatabase database, JobEnd end, TimeProvider time)
{
    private static readonly string CountPostgres = Count("coordinator.");
    private static readonly string CountSqlite = Count("");

    /// <summary>Counts a stored shard, and completes its job when it was the last, or fails it when its errors are too many.</summary>
    /// <returns>Whether the job goes on, ended with this shard, or knows nothing new.</returns>
    public async Task<PersistedEffect> PersistedAsync(ShardPersisted persisted, CancellationToken ct)
    {
        var (id, counts, inferred) = (persisted.Shard, persisted.Counts, persisted.InferredAt?.ToUniversalTime());
        string? lengths = StoredLengths.Write(persisted.Lengths);
        await using var context = await database.OpenAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        // The job before its shard, as everywhere, so that its row is held; counted for nothing where the shard turns out to be counted.
        if (await CountAsync(context, persisted, ct) is not { } job) return PersistedEffect.None;
        // A discarded shard whose worker was faster than the cancellation is stored all the same, and says so. A split one
        // has its parts in its place.
        int changed = await context.Shards
            .Where(s => s.JobId == id.JobId && s.Number == id.Number && s.Status != ShardStatus.Persisted && s.Status != ShardStatus.Split)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, ShardStatus.Persisted)
                .SetProperty(s => s.Worker, persisted.Worker)
                .SetProperty(s => s.RunBy, (string?)null)
                .SetProperty(s => s.StartedAt, persisted.StartedAt.ToUniversalTime())
                .SetProperty(s => s.InferredAt, inferred)
                .SetProperty(s => s.PersistedAt, persisted.PersistedAt.ToUniversalTime())
                .SetProperty(s => s.LeaseTick, (long?)null)
                .SetProperty(s => s.Computed, counts.Computed)
                .SetProperty(s => s.Cached, counts.Cached)
                .SetProperty(s => s.Duplicates, counts.Duplicates)
                .SetProperty(s => s.Failed, counts.Failed)
                .SetProperty(s => s.Tokens, counts.Tokens)
                .SetProperty(s => s.PaddedTokens, counts.PaddedTokens)
                .SetProperty(s => s.Lengths, lengths), ct);
        if (changed == 0) return PersistedEffect.None;
        var ending = await SettleAsync(context, job, ct);
        await end.CommitAsync(transaction, ending, ct);
        return ending is { Status: JobStatus.Failed } ? PersistedEffect.Stopped : PersistedEffect.Counted;
    }

    /// <summary>
    /// Ends a job that has come to its end: completes it when every shard is known and stored, fails it when its errors are
    /// too many, closes it when it was cancelling. The caller's transaction holds the job's row.
    /// </summary>
    /// <returns>For <see cref="JobEnd.CommitAsync"/>; null when it goes on, or had ended.</returns>
    public async Task<JobEnding?> SettleAsync(CoordinatorContext context, Guid jobId, CancellationToken ct) =>
        await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == jobId, ct) is { } job ? await SettleAsync(context, job, ct) : null;

    private async Task<JobEnding?> SettleAsync(CoordinatorContext context, Job job, CancellationToken ct)
    {
        var jobId = job.Id;
        if (job.Status == JobStatus.Cancelling) return await end.CloseCancelledAsync(context, jobId, ct);
        if (job.Status is not (JobStatus.Planning or JobStatus.Running or JobStatus.Paused)) return null;
        if (ErrorThresholds.Exceeded(job) is { } message) return await end.EndAsync(context, jobId, JobStatus.Failed, message, ct);
        if (job.PlannedAt is null || job.Shards != job.ShardsPersisted) return null;
        var now = time.GetUtcNow();
        await context.Jobs.Where(j => j.Id == jobId).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.Status, JobStatus.Completed)
            .SetProperty(j => j.StartedAt, j => j.StartedAt ?? now)
            .SetProperty(j => j.FinishedAt, now), ct);
        return new JobEnding(job, JobStatus.Completed, null);
    }

    /// <summary>Adds a shard to its job.</summary>
    /// <returns>The job with it; null where it was deleted, and this is about a shard that came late.</returns>
    private static async Task<Job?> CountAsync(CoordinatorContext context, ShardPersisted persisted, CancellationToken ct)
    {
        var counts = persisted.Counts;
        // Every shard of every job comes here, and Entity Framework would have to read the row in a statement of its own.
        var counted = await context.Jobs.FromSqlRaw(context.Database.IsNpgsql() ? CountPostgres : CountSqlite,
            counts.Computed, counts.Cached, counts.Duplicates, counts.Failed, counts.Tokens, counts.PaddedTokens, persisted.Shard.JobId)
            .IgnoreQueryFilters().AsNoTracking().ToListAsync(ct);
        return counted.SingleOrDefault();
    }

    private static string Count(string schema) =>
        $$"""
        UPDATE {{schema}}jobs SET shards_persisted = shards_persisted + 1, trouble = NULL, computed = computed + {0}, cached = cached + {1},
        duplicates = duplicates + {2}, failed = failed + {3}, tokens = tokens + {4}, padded_tokens = padded_tokens + {5}
        WHERE id = {6} AND deleted_at IS NULL RETURNING *
        """;
}
