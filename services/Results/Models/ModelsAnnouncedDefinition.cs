using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.Models;

internal sealed class ModelsAnnouncedDefinition : ConsumerDefinition<ModelsAnnouncedConsumer>
{
    public ModelsAnnouncedDefinition()
    {
        EndpointName = "batchinfer-results-models";
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ModelsAnnouncedConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.RetryTransient();
    }
}
