using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.Models;

internal sealed class ModelsPromotedDefinition : ConsumerDefinition<ModelsPromotedConsumer>
{
    public ModelsPromotedDefinition()
    {
        EndpointName = "batchinfer-results-promotions";
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ModelsPromotedConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.RetryTransient();
    }
}
