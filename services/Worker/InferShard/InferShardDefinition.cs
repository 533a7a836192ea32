using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Worker;

/// <summary>Delivery policy of shards. Prefetch and concurrency are set where the queue is connected.</summary>
internal sealed class InferShardDefinition : ConsumerDefinition<InferShardConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<InferShardConsumer> consumerConfigurator, IRegistrationContext context) =>
        // What an earlier try sent on is known by then and is not predicted again.
        consumerConfigurator.UseMessageRetry(retry =>
        {
            retry.Intervals(200, 1000, 5000);
            retry.Ignore<PermanentShardException>();
            // The coordinator's to try again: alone, then in parts.
            retry.Ignore<PoisonedShardException>();
            retry.Ignore<OperationCanceledException>();
        });
}
