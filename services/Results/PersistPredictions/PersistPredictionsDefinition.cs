using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.PersistPredictions;

internal sealed class PersistPredictionsDefinition : ConsumerDefinition<PersistPredictionsConsumer>
{
    public PersistPredictionsDefinition()
    {
        EndpointName = QueueNames.Persist;
        // While one transaction waits for the disk another is read from its message; more than that only holds memory.
        ConcurrentMessageLimit = 4;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<PersistPredictionsConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 8;
        endpointConfigurator.RetryTransient();
    }
}
