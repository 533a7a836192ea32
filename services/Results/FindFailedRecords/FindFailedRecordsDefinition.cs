using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.FindFailedRecords;

internal sealed class FindFailedRecordsDefinition : ConsumerDefinition<FindFailedRecordsConsumer>
{
    public FindFailedRecordsDefinition() => EndpointName = QueueNames.FailedRecords;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<FindFailedRecordsConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.RetryTransient();
    }
}
