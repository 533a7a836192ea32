using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

internal sealed class ShardDiscardedConsumer(ShardAttempts attempts) : IConsumer<ShardDiscarded>
{
    public Task Consume(ConsumeContext<ShardDiscarded> context) =>
        attempts.DiscardAsync(context.Message.Shard, context.CancellationToken);
}
