namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>Dispatches when something changed, and on a tick for what nobody signals: another coordinator's jobs, a new worker.</summary>
internal sealed class DispatchLoop(Leadership leadership, ShardDispatcher dispatcher, ShardRescuer rescuer, DispatchSignal signal, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RescueEvery = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(DispatchAsync, stoppingToken);

    private async Task DispatchAsync(CancellationToken ct)
    {
        await rescuer.RescueAfterStartAsync(ct);
        long rescued = time.GetTimestamp();
        while (true)
        {
            await dispatcher.DispatchAsync(ct);
            await signal.WaitAsync(Tick, ct);
            if (time.GetElapsedTime(rescued) < RescueEvery) continue;
            await rescuer.RescueAsync(ct);
            rescued = time.GetTimestamp();
        }
    }
}
