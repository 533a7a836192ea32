using BatchInfer.Contracts;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

internal sealed class ShardPersistedConsumer(JobProgress progress, DispatchSignal signal) : IConsumer<ShardPersisted>
{
    public async Task Consume(ConsumeContext<ShardPersisted> context)
    {
        await progress.PersistedAsync(context.Message, context.CancellationToken);
        signal.Set();
    }
}
