namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>Dispatches when something changed, and on a tick for what nobody signals: another coordinator's jobs, a new worker.</summary>
internal sealed class DispatchLoop(Leadership leadership, ShardDispatcher dispatcher, ShardRescuer rescuer, DispatchSignal signal) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await rescuer.HandBackAtStopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(DispatchAsync, stoppingToken);

    private async Task DispatchAsync(CancellationToken ct)
    {
        await rescuer.RescueAfterStartAsync(ct);
        while (true)
        {
            await dispatcher.DispatchAsync(ct);
            await signal.WaitAsync(Tick, ct);
        }
    }
}
