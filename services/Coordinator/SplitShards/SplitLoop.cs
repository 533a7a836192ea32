using BatchInfer.Coordinator.DispatchShards;

namespace BatchInfer.Coordinator.SplitShards;

/// <summary>
/// Splits what the look each second finds suspected. In a loop of its own: to split a shard is to read its corpus, and a store that
/// does not answer holds up no other job's deadline or lease.
/// </summary>
internal sealed class SplitLoop(Leadership leadership, ShardSplitter splitter, ShardRescuer rescuer, SplitSignal signal, TimeProvider time) : BackgroundService
{
    // Should a signal be lost.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    // Before a corpus that could not be read is tried again.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(SplitAsync, stoppingToken);

    private async Task SplitAsync(CancellationToken ct)
    {
        while (true)
        {
            var (ended, postponed) = await splitter.SplitAsync(ct);
            await rescuer.TellAsync(ended, ct);
            if (postponed) await Task.Delay(Pause, time, ct);
            await signal.WaitAsync(Tick, ct);
        }
    }
}
