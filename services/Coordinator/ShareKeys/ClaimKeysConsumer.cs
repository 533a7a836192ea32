using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Coordinator.ShareKeys;

/// <summary>Tells workers which of a shard's inputs are theirs to compute.</summary>
internal sealed class ClaimKeysConsumer(KeyClaims claims) : IConsumer<ClaimKeys>
{
    public async Task Consume(ConsumeContext<ClaimKeys> context) =>
        await context.RespondAsync(new KeysClaimed(await claims.ClaimAsync(context.Message, context.CancellationToken)));
}
