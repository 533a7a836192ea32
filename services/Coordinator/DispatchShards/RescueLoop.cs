namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// A round of rescue a second, beside the dispatch and not in its loop: a broker that takes no messages holds up a dispatch for
/// as long as it likes, but not a deadline.
/// </summary>
internal sealed class RescueLoop(Leadership leadership, ShardRescuer rescuer, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(RescueAsync, stoppingToken);

    private async Task RescueAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(ct)) await rescuer.RescueAsync(ct);
    }
}
