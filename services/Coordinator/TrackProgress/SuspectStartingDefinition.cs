using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>On a queue of its own: whoever asks waits, and must not wait behind the shard events.</summary>
internal sealed class SuspectStartingDefinition : ConsumerDefinition<SuspectStartingConsumer>
{
    public SuspectStartingDefinition() => EndpointName = QueueNames.Suspects;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<SuspectStartingConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 8;
        consumerConfigurator.UseMessageRetry(retry =>
        {
            // The request expires; its worker asks again.
            retry.Intervals(100, 1000, 5000);
            retry.Handle<Exception>(DatabaseMigrator.IsTransient);
        });
    }
}
