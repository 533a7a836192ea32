using System.Data.Common;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Timeline;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// Counts what is stored, by conditional statements, so that hearing the same thing twice, or two coordinators hearing it, changes
/// nothing the second time.
/// </summary>
internal sealed class JobProgress(CoordinatorDatabase database, JobEnd end, TimeProvider time)
{
    // A discarded shard whose worker was faster than the cancellation is stored all the same, and says so. A split one has its
    // parts in its place.
    private const string Stored =
        """
        status = 'Persisted', worker = @worker, run_by = NULL, started_at = @started, inferred_at = @inferred, persisted_at = @persisted, lease_tick = NULL,
        computed = @computed, cached = @cached, duplicates = @duplicates, failed = @failed, tokens = @tokens, padded_tokens = @padded, lengths = @lengths
        """;

    private const string IsNew = "number = @number AND status NOT IN ('Persisted', 'Split')";

    private const string Counted =
        """
        shards_persisted = shards_persisted + 1, trouble = NULL, computed = computed + @computed, cached = cached + @cached,
        duplicates = duplicates + @duplicates, failed = failed + @failed, tokens = tokens + @tokens, padded_tokens = padded_tokens + @padded
        """;

    /// <summary>Whether <see cref="SettleAsync(CoordinatorContext, Guid, CancellationToken)"/> has something to look at.</summary>
    private const string MayEnd =
        """
        status = 'Cancelling' OR (planned_at IS NOT NULL AND shards = shards_persisted)
        OR (error_threshold IS NOT NULL AND failed > CASE WHEN error_threshold > 0 AND error_threshold < 1 THEN error_threshold * total ELSE error_threshold END)
        """;

    // The job's row first, as everywhere.
    private const string CountPostgres =
        $"""
        WITH held AS (SELECT id AS held_id FROM coordinator.jobs WHERE id = @job AND deleted_at IS NULL FOR NO KEY UPDATE),
        stored AS (UPDATE coordinator.shards SET {Stored} FROM held WHERE job_id = held_id AND {IsNew} RETURNING job_id)
        UPDATE coordinator.jobs SET {Counted} FROM stored WHERE id = job_id RETURNING {MayEnd}
        """;

    private const string StoreSqlite = $"UPDATE shards SET {Stored} WHERE job_id = @job AND {IsNew}";
    private const string CountSqlite = $"UPDATE jobs SET {Counted} WHERE id = @job AND deleted_at IS NULL RETURNING {MayEnd}";

    /// <summary>Counts a stored shard, and completes its job when it was the last, or fails it when its errors are too many.</summary>
    /// <returns>Whether the job goes on, ended with this shard, or knows nothing new.</returns>
    public async Task<PersistedEffect> PersistedAsync(ShardPersisted persisted, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        bool? mayEnd = await CountAsync(context, persisted, ct);
        if (mayEnd is false) return PersistedEffect.Counted;
        // Its last shard; or one that was heard of before, by someone who may have died before the job was ended.
        var ending = await SettleInTransactionAsync(context, persisted.Shard.JobId, ct);
        return ending is { Status: JobStatus.Failed } ? PersistedEffect.Stopped : mayEnd is null ? PersistedEffect.None : PersistedEffect.Counted;
    }

    /// <summary>Ends jobs whose shards are all stored and whose end nobody saw to: a coordinator died between the two.</summary>
    public async Task SettleDoneAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var done = await context.Jobs
            .Where(j => (j.Status == JobStatus.Planning || j.Status == JobStatus.Running || j.Status == JobStatus.Paused) && j.PlannedAt != null && j.Shards == j.ShardsPersisted)
            .Select(j => j.Id).ToListAsync(ct);
        foreach (var job in done) await SettleInTransactionAsync(context, job, ct);
    }

    /// <summary>
    /// Ends a job that has come to its end: completes it when every shard is known and stored, fails it when its errors are
    /// too many, closes it when it was cancelling. The caller's transaction holds the job's row.
    /// </summary>
    /// <returns>For <see cref="JobEnd.CommitAsync"/>; null when it goes on, or had ended.</returns>
    public async Task<JobEnding?> SettleAsync(CoordinatorContext context, Guid jobId, CancellationToken ct) =>
        await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == jobId, ct) is { } job ? await SettleAsync(context, job, ct) : null;

    private async Task<JobEnding?> SettleInTransactionAsync(CoordinatorContext context, Guid jobId, CancellationToken ct)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(jobId, ct);
        var ending = await SettleAsync(context, jobId, ct);
        await end.CommitAsync(transaction, ending, ct);
        return ending;
    }

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

    /// <returns>Whether the job may have come to its end; null where nothing was counted: the shard was before, or its job is deleted.</returns>
    private static async Task<bool?> CountAsync(CoordinatorContext context, ShardPersisted persisted, CancellationToken ct)
    {
        if (context.Database.IsNpgsql())
        {
            await using var both = await CommandAsync(context, CountPostgres, persisted, ct);
            return (bool?)await both.ExecuteScalarAsync(ct);
        }

        // SQLite has no statement that changes two tables.
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await using var store = await CommandAsync(context, StoreSqlite, persisted, ct);
        if (await store.ExecuteNonQueryAsync(ct) == 0) return null;
        await using var count = await CommandAsync(context, CountSqlite, persisted, ct);
        if (await count.ExecuteScalarAsync(ct) is not long mayEnd) return null;
        await transaction.CommitAsync(ct);
        return mayEnd != 0;
    }

    private static async Task<DbCommand> CommandAsync(CoordinatorContext context, string sql, ShardPersisted persisted, CancellationToken ct)
    {
        var counts = persisted.Counts;
        return (await context.CommandAsync(sql, ct))
            .With("@job", persisted.Shard.JobId).With("@number", persisted.Shard.Number).With("@worker", persisted.Worker)
            .With("@started", persisted.StartedAt).With("@inferred", persisted.InferredAt).With("@persisted", persisted.PersistedAt)
            .With("@computed", counts.Computed).With("@cached", counts.Cached).With("@duplicates", counts.Duplicates)
            .With("@failed", counts.Failed).With("@tokens", counts.Tokens).With("@padded", counts.PaddedTokens)
            .With("@lengths", StoredLengths.Write(persisted.Lengths));
    }
}
