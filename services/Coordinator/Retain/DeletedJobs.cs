using System.Collections.Concurrent;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Retain;

/// <summary>
/// Deleted jobs: nobody sees them, their records go in bounded steps, then their shards. Which are still to do is in the database,
/// so whoever leads goes on with them.
/// </summary>
internal sealed class DeletedJobs(CoordinatorDatabase database, IBus bus, IOptions<BusOptions> options, TimeProvider time)
{
    private const int RecordsOfStep = 20_000, ShardsOfStep = 5_000;

    // So long may a chunk of it that was on its way come still; what such a one stored goes with the row.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(30);

    // Of those that are empty, gone through again in one call.
    private const int MostAgain = 100;

    // Of which all went that was there, and when that was last: whoever leads next begins anew.
    private readonly ConcurrentDictionary<Guid, long> _emptied = [];
    private long _rounds;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IRequestClient<DeleteJobRecords> _client = bus.CreateRequestClient<DeleteJobRecords>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Deletions));

    /// <summary>Hides jobs from everybody. A key that made one may make another.</summary>
    public Task<int> MarkAsync(IQueryable<Job> jobs, CancellationToken ct)
    {
        var now = time.GetDatabaseNow();
        return jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.DeletedAt, now).SetProperty(j => j.IdempotencyKey, (string?)null), ct);
    }

    /// <summary>Deletes what is left of deleted jobs, for as long as <paramref name="until"/> is not reached.</summary>
    /// <returns>False when there is more to do.</returns>
    public async Task<bool> PurgeAsync(DateTimeOffset until, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var jobs = await context.Jobs.IgnoreQueryFilters().Where(j => j.DeletedAt != null).OrderBy(j => j.DeletedAt)
            .Select(j => new { j.Id, DeletedAt = j.DeletedAt!.Value }).ToListAsync(ct);
        var late = time.GetUtcNow() - Late;
        foreach (var job in jobs.Where(j => j.DeletedAt < late || !_emptied.ContainsKey(j.Id)))
        {
            if (!await PurgeAsync(context, job.Id, until, ct)) return false;
            if (job.DeletedAt >= late) continue;
            await context.Jobs.IgnoreQueryFilters().Where(j => j.Id == job.Id).ExecuteDeleteAsync(ct);
            _emptied.TryRemove(job.Id, out _);
        }

        // Something of them may have come since: a few at a time, and nothing that anybody waits for.
        foreach (var job in jobs.Where(j => _emptied.ContainsKey(j.Id)).OrderBy(j => _emptied.GetValueOrDefault(j.Id)).Take(MostAgain))
            if (!await PurgeAsync(context, job.Id, until, ct)) break;
        return true;
    }

    private async Task<bool> PurgeAsync(CoordinatorContext context, Guid job, DateTimeOffset until, CancellationToken ct)
    {
        int deleted;
        do
        {
            if (time.GetUtcNow() >= until) return false;
            deleted = (await _client.AskAsync<DeleteJobRecords, JobRecordsDeleted>(new DeleteJobRecords(job, RecordsOfStep), Patience, ct)).Deleted;
        }
        while (deleted == RecordsOfStep);
        int last = await context.Shards.Where(s => s.JobId == job).MaxAsync(s => (int?)s.Number, ct) ?? -1;
        for (int below = ShardsOfStep; below - ShardsOfStep <= last; below += ShardsOfStep)
        {
            if (time.GetUtcNow() >= until) return false;
            int bound = below;
            await context.Shards.Where(s => s.JobId == job && s.Number < bound).ExecuteDeleteAsync(ct);
        }

        _emptied[job] = Interlocked.Increment(ref _rounds);
        return true;
    }
}
