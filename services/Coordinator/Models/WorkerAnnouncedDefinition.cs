using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Coordinator.Models;

internal sealed class WorkerAnnouncedDefinition : ConsumerDefinition<WorkerAnnouncedConsumer>
{
    public WorkerAnnouncedDefinition() => EndpointName = "batchinfer-coordinator-workers";

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<WorkerAnnouncedConsumer> consumerConfigurator, IRegistrationContext context)
    {
        // As many as are written together; which of two of one worker is the later, they say themselves.
        endpointConfigurator.PrefetchCount = Heartbeats.MostTogether;
        endpointConfigurator.ConcurrentMessageLimit = Heartbeats.MostTogether;
        // A lost heartbeat is made good by the next one.
        consumerConfigurator.UseMessageRetry(retry =>
        {
            retry.Intervals(100, 1000);
            retry.Handle<Exception>(e => DatabaseMigrator.IsTransient(e) || e is Microsoft.EntityFrameworkCore.DbUpdateException);
        });
    }
}
