using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

internal sealed class ShardDiscardedConsumer(JobProgress progress) : IConsumer<ShardDiscarded>
{
    public Task Consume(ConsumeContext<ShardDiscarded> context) =>
        progress.DiscardedAsync(context.Message.Shard, context.CancellationToken);
}
