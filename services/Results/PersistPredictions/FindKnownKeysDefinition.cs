using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.PersistPredictions;

internal sealed class FindKnownKeysDefinition : ConsumerDefinition<FindKnownKeysConsumer>
{
    public FindKnownKeysDefinition()
    {
        EndpointName = QueueNames.KnownKeys;
        ConcurrentMessageLimit = 8;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<FindKnownKeysConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 16;
        endpointConfigurator.RetryTransient();
    }
}
