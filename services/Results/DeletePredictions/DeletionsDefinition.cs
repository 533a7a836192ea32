using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Results.DeletePredictions;

/// <summary>Deletions come one step at a time: two that look at the same rows would only wait for each other.</summary>
internal abstract class DeletionsDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    protected DeletionsDefinition() => EndpointName = QueueNames.Deletions;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 1;
        endpointConfigurator.ConcurrentMessageLimit = 1;
    }
}

internal sealed class DeleteJobRecordsDefinition : DeletionsDefinition<DeleteJobRecordsConsumer>;

internal sealed class TrimPredictionsDefinition : DeletionsDefinition<TrimPredictionsConsumer>;
