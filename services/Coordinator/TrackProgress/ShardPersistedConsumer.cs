using BatchInfer.Contracts;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

internal sealed class ShardPersistedConsumer(JobProgress progress, DispatchSignal signal) : IConsumer<ShardPersisted>
{
    public async Task Consume(ConsumeContext<ShardPersisted> context)
    {
        var effect = await progress.PersistedAsync(context.Message, context.CancellationToken);
        if (effect == PersistedEffect.Stopped) await context.Publish(new JobCancelled(context.Message.Shard.JobId), context.CancellationToken);
        signal.Stored();
    }
}
