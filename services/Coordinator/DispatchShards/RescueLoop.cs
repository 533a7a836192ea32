using BatchInfer.Coordinator.ShareKeys;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// A round of rescue a second, beside the dispatch and not in its loop: a broker that takes no messages holds up a dispatch for
/// as long as it likes, but not a deadline.
/// </summary>
internal sealed class RescueLoop(Leadership leadership, ShardRescuer rescuer, KeyClaims claims, TimeProvider time) : BackgroundService
{
    private const int SweepRounds = 10;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(RescueAsync, stoppingToken);

    private async Task RescueAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Tick, time);
        for (int round = 0; await timer.WaitForNextTickAsync(ct); round++)
        {
            await rescuer.RescueAsync(ct);
            // Void claims are in nobody's way, only in the disk's.
            if (round % SweepRounds == 0) await claims.SweepAsync(ct);
        }
    }
}
