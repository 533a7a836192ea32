using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.SplitShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// What time brings about: leases run out and their shards wait again, suspects are judged, deadlines pass, cancellations and ends
/// are seen through. Nothing here reads a corpus, which may take as long as it likes.
/// </summary>
internal sealed class ShardRescuer(
    CoordinatorDatabase database, ShardAttempts attempts, SplitSignal splits, JobEnd end, JobProgress progress, PlanSignal planning, DispatchSignal dispatch, IBusControl bus,
    IOptions<BusOptions> busOptions, IOptions<CoordinatorOptions> options, TimeProvider time)
{
    // The rounds, and with them deadlines and leases, wait no longer for a broker that confirms nothing.
    private static readonly TimeSpan TellTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A queue within the process died with the process before: whatever it held waits again.</summary>
    public async Task RescueAfterStartAsync(CancellationToken ct)
    {
        if (busOptions.Value.Transport == BusTransport.InMemory) await attempts.LapseAllAsync(ct);
    }

    /// <summary>A queue within the process stops with it, in order: what it holds is lost, but suspected of nothing.</summary>
    public async Task HandBackAtStopAsync(CancellationToken ct)
    {
        if (busOptions.Value.Transport == BusTransport.InMemory && database.Ready.IsCompletedSuccessfully) await attempts.HandBackAllAsync(ct);
    }

    /// <summary>One round.</summary>
    public async Task RescueAsync(CancellationToken ct)
    {
        var found = await LookAsync(ct);
        // Another coordinator took the job, or time has passed for a shard: nobody in this process would say so.
        if (found.ToPlan) planning.Set();
        if (found.ToDispatch) dispatch.Set();
        if (found.Lapsed || found.Suspected)
        {
            var (lapsed, ended) = await attempts.LapseAsync(ct);
            if (lapsed > 0) dispatch.Set();
            await TellAsync(ended, ct);
            await TellAsync(await attempts.JudgeAsync(options.Value.WorkerTimeoutSeconds, ct), ct);
            splits.Set();
        }

        if (found.Expired) await TellAsync(await end.ExpireAsync(ct), ct);
        if (found.Cancelling) await CancelAsync(ct);
        if (found.Done) await progress.SettleDoneAsync(ct);
    }

    /// <summary>Workers drop what they have of jobs that ended. One that does not hear of it predicts in vain, and nothing worse.</summary>
    public async Task TellAsync(IReadOnlyList<Guid> jobs, CancellationToken ct)
    {
        if (jobs.Count == 0 || bus.CheckHealth().Status == BusHealthStatus.Unhealthy) return;
        foreach (var job in jobs) await BrokerSends.WithinAsync(sending => bus.Publish(new JobCancelled(job), sending), TellTimeout, ct);
    }

    private async Task<Look> LookAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        // Workers cannot be heard while the broker is away: no time passes for them.
        return await Look.TakeAsync(context, timePasses: bus.CheckHealth().Status != BusHealthStatus.Unhealthy, time.GetUtcNow(), ct);
    }

    private async Task CancelAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        foreach (var job in await context.Jobs.Where(j => j.Status == JobStatus.Cancelling).Select(j => j.Id).ToListAsync(ct))
        {
            // Said again for workers that came since.
            await TellAsync([job], ct);
            await using var transaction = await context.Database.BeginTransactionAsync(ct);
            await context.LockJobAsync(job, ct);
            await end.CommitAsync(transaction, await end.CloseCancelledAsync(context, job, ct), ct);
        }
    }
}
