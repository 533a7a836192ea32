using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.PersistPredictions;

internal sealed class PersistPredictionsDefinition : ConsumerDefinition<PersistPredictionsConsumer>
{
    /// <summary>Chunks in hand at once: two groups in the database and a third that gathers. A chunk is some 300 KB.</summary>
    public const int ConcurrentChunks = 3 * GroupCommit.MaxChunks;

    public PersistPredictionsDefinition()
    {
        EndpointName = QueueNames.Persist;
        ConcurrentMessageLimit = ConcurrentChunks;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<PersistPredictionsConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = ConcurrentChunks + GroupCommit.MaxChunks;
        endpointConfigurator.RetryTransient();
    }
}
