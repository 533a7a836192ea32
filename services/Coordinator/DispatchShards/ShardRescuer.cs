using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>Finds what got lost: shards whose lease ran out wait for dispatch again, and cancellations are seen through.</summary>
internal sealed partial class ShardRescuer(
    CoordinatorDatabase database, JobProgress progress, IBus bus, IOptions<BusOptions> busOptions, TimeProvider time, ILogger<ShardRescuer> logger)
{
    /// <summary>A queue within the process died with the process before: whatever it held waits again.</summary>
    public async Task RescueAfterStartAsync(CancellationToken ct)
    {
        if (busOptions.Value.Transport != BusTransport.InMemory) return;
        await using var context = await database.OpenAsync(ct);
        int lost = await RequeueAsync(context.Shards.Where(s => s.Status == ShardStatus.Dispatched), ct);
        if (lost > 0) LogRescued(lost);
    }

    /// <summary>One round.</summary>
    public async Task RescueAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var now = time.GetUtcNow();
        var cancelling = await context.Jobs.Where(j => j.Status == JobStatus.Cancelling).Select(j => j.Id).ToListAsync(ct);
        int lost = await RequeueAsync(
            context.Shards.Where(s => s.Status == ShardStatus.Dispatched && s.LeaseUntil < now && !cancelling.Contains(s.JobId)), ct);
        if (lost > 0) LogRescued(lost);
        foreach (var job in cancelling)
        {
            // Said again for workers that came since.
            await bus.Publish(new JobCancelled(job), ct);
            await progress.CloseCancelledAsync(context, job, ct);
        }
    }

    private static Task<int> RequeueAsync(IQueryable<Shard> shards, CancellationToken ct) =>
        shards.ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Status, ShardStatus.Pending)
            .SetProperty(s => s.Worker, (string?)null)
            .SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null), ct);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Shards} shards were lost and are dispatched again")]
    private partial void LogRescued(int shards);
}
