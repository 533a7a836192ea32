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
/// cancellations and ends are seen through.
/// </summary>
internal sealed class ShardRescuer(
    CoordinatorDatabase database, ShardAttempts attempts, ShardSplitter splitter, JobEnd end, JobProgress progress, DispatchSignal signal, IBusControl bus,
    IOptions<BusOptions> busOptions, IOptions<CoordinatorOptions> options, TimeProvider time)
{
    // The rounds, and with them deadlines and leases, wait no longer for a broker that confirms nothing.
    private static readonly TimeSpan TellTimeout = TimeSpan.FromSeconds(10);

    // Made once, and not each second.
    private readonly Func<CoordinatorContext, DateTimeOffset, CancellationToken, Task<Due>> _due = EF.CompileAsyncQuery(
        (CoordinatorContext context, DateTimeOffset now, CancellationToken _) => context.Ticks.Where(t => t.Id == Tick.OnlyId).Select(t => new Due(
            context.Shards.Any(s => s.Status == ShardStatus.Dispatched && s.LeaseTick < t.Now),
            context.Shards.Any(s => s.Strikes > 0 && s.Status == ShardStatus.Pending),
            context.Jobs.Any(j => j.FinishedAt == null && j.ExpiresAt < now),
            context.Jobs.Any(j => j.Status == JobStatus.Cancelling),
            context.Jobs.Any(JobProgress.IsDone))).Single());

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
        var due = await DueAsync(ct);
        if (due.Lapsed || due.Suspected)
        {
            var (lapsed, ended) = await attempts.LapseAsync(ct);
            if (lapsed > 0) signal.Set();
            await TellAsync(ended, ct);
            await TellAsync(await attempts.JudgeAsync(options.Value.WorkerTimeoutSeconds, ct), ct);
            await TellAsync(await splitter.SplitAsync(ct), ct);
        }

        if (due.Deadlines) await TellAsync(await end.ExpireAsync(ct), ct);
        if (due.Cancellations) await CancelAsync(ct);
        if (due.Ends) await progress.SettleDoneAsync(ct);
    }

    /// <summary>What there is to do, by one look: most rounds find nothing.</summary>
    private async Task<Due> DueAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        return await _due(context, time.GetUtcNow(), ct);
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
        foreach (var job in jobs) await BrokerSends.WithinAsync(sending => bus.Publish(new JobCancelled(job), sending), TellTimeout, ct);
    }

    /// <summary>What there is of each kind.</summary>
    private sealed record Due(bool Lapsed, bool Suspected, bool Deadlines, bool Cancellations, bool Ends);
}
