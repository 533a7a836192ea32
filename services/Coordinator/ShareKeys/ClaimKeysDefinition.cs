using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Coordinator.ShareKeys;

/// <summary>On a queue of its own: whoever asks waits, and must not wait behind the shard events.</summary>
internal sealed class ClaimKeysDefinition : ConsumerDefinition<ClaimKeysConsumer>
{
    public ClaimKeysDefinition()
    {
        EndpointName = QueueNames.Claims;
        ConcurrentMessageLimit = 8;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ClaimKeysConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 16;
        consumerConfigurator.UseMessageRetry(retry =>
        {
            // Its worker waits no longer than a few seconds, and computes unasked then.
            retry.Intervals(100, 1000);
            retry.Handle<Exception>(DatabaseMigrator.IsTransient);
        });
    }
}
