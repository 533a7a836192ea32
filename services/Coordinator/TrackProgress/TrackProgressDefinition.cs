using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>Delivery policy of the shard events: one queue, a few at a time, and patience with the database.</summary>
internal abstract class TrackProgressDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    protected TrackProgressDefinition() => EndpointName = QueueNames.Track;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 16;
        endpointConfigurator.ConcurrentMessageLimit = 4;
        // For as long as it takes: an event that is dropped costs its shard a lease and another attempt, though all of it is stored.
        consumerConfigurator.UseMessageRetry(retry =>
        {
            retry.Exponential(500, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(100));
            retry.Handle<Exception>(DatabaseMigrator.IsTransient);
        });
    }
}

internal sealed class ShardPersistedDefinition : TrackProgressDefinition<ShardPersistedConsumer>;

internal sealed class ShardDiscardedDefinition : TrackProgressDefinition<ShardDiscardedConsumer>;

internal sealed class ShardFaultedDefinition : TrackProgressDefinition<ShardFaultedConsumer>;

internal sealed class ShardReturnedDefinition : TrackProgressDefinition<ShardReturnedConsumer>;
