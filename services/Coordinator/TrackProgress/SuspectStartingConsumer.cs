using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>Lets a worker run a suspected shard once it is written down that it does.</summary>
internal sealed class SuspectStartingConsumer(ShardAttempts attempts) : IConsumer<SuspectStarting>
{
    public async Task Consume(ConsumeContext<SuspectStarting> context) =>
        await context.RespondAsync(new SuspectMayStart(await attempts.MayStartAsync(context.Message, context.CancellationToken)));
}
