using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Coordinator.Models;

internal sealed class WorkerAnnouncedDefinition : ConsumerDefinition<WorkerAnnouncedConsumer>
{
    public WorkerAnnouncedDefinition() => EndpointName = "batchinfer-coordinator-workers";

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<WorkerAnnouncedConsumer> consumerConfigurator, IRegistrationContext context)
    {
        // One at a time: announcements of one worker then keep their order.
        endpointConfigurator.PrefetchCount = 8;
        endpointConfigurator.ConcurrentMessageLimit = 1;
        // A lost heartbeat is made good by the next one.
        consumerConfigurator.UseMessageRetry(retry =>
        {
            retry.Intervals(100, 1000);
            retry.Handle<Exception>(e => DatabaseMigrator.IsTransient(e) || e is Microsoft.EntityFrameworkCore.DbUpdateException);
        });
    }
}
