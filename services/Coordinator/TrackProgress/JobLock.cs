using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// Every transaction that changes shards with their job takes the job's row first. So two never wait for each other in a
/// circle, and what one reads of the job stays true until it commits.
/// </summary>
internal static class JobLock
{
    /// <summary>Waits for the job's row until the transaction ends.</summary>
    public static async Task LockJobAsync(this CoordinatorContext context, Guid jobId, CancellationToken ct)
    {
        // SQLite has one writer at a time, and a transaction is that from its first statement.
        if (context.Database.IsNpgsql())
            await context.Database.ExecuteSqlAsync($"SELECT 1 FROM coordinator.jobs WHERE id = {jobId} FOR UPDATE", ct);
    }
}
