using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.SplitShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// What time brings about: leases run out and their shards wait again, suspects are judged and split, deadlines pass,
/// cancellations are seen through.
/// </summary>
internal sealed class ShardRescuer(
    CoordinatorDatabase database, ShardAttempts attempts, ShardSplitter splitter, JobEnd end, DispatchSignal signal, IBusControl bus,
    IOptions<BusOptions> busOptions, IOptions<CoordinatorOptions> options)
{
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
        await AdvanceAsync(ct);
        var (lapsed, ended) = await attempts.LapseAsync(ct);
        if (lapsed > 0) signal.Set();
        await TellAsync(ended, ct);
        await TellAsync(await attempts.JudgeAsync(options.Value.WorkerTimeoutSeconds, ct), ct);
        await TellAsync(await splitter.SplitAsync(ct), ct);
        await TellAsync(await end.ExpireAsync(ct), ct);
        await CancelAsync(ct);
    }

    private async Task AdvanceAsync(CancellationToken ct)
    {
        // Workers cannot be heard while the broker is away: no time passes for them.
        if (bus.CheckHealth().Status == BusHealthStatus.Unhealthy) return;
        await using var context = await database.OpenAsync(ct);
        await context.AdvanceAsync(ct);
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

    /// <summary>Workers drop what they have of jobs that ended. One that does not hear of it predicts in vain, and nothing worse.</summary>
    private async Task TellAsync(IReadOnlyList<Guid> jobs, CancellationToken ct)
    {
        if (jobs.Count == 0 || bus.CheckHealth().Status == BusHealthStatus.Unhealthy) return;
        foreach (var job in jobs) await bus.Publish(new JobCancelled(job), ct);
    }
}
