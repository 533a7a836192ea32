namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>Dispatches when something changed here, and when the look each second finds something to dispatch.</summary>
internal sealed class DispatchLoop(Leadership leadership, ShardDispatcher dispatcher, ShardRescuer rescuer, DispatchSignal signal) : BackgroundService
{
    // Should a signal be lost.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    // A round is made when this part of the smallest window is free: with two workers for every shard.
    private const int WindowParts = 8;
    private bool _rescued;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await rescuer.HandBackAtStopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(DispatchAsync, stoppingToken);

    private async Task DispatchAsync(CancellationToken ct)
    {
        // Once: the loop begins again also when the database failed it, and then the queue of this process has lost nothing, and
        // nobody has died who could be suspected.
        if (!_rescued) await rescuer.RescueAfterStartAsync(ct);
        _rescued = true;
        while (true)
        {
            signal.Begin();
            signal.Gather(await dispatcher.DispatchAsync(ct) / WindowParts);
            await signal.WaitAsync(Tick, ct);
        }
    }
}
