using BatchInfer.Contracts;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;

namespace BatchInfer.Coordinator.Models;

/// <summary>Keeps who serves which model, and prolongs the leases of what workers hold.</summary>
internal sealed class WorkerAnnouncedConsumer(Heartbeats heartbeats, DispatchSignal signal) : IConsumer<WorkerAnnounced>
{
    public async Task Consume(ConsumeContext<WorkerAnnounced> context)
    {
        var heard = await heartbeats.HearAsync(context.Message, context.CancellationToken);
        if (heard.IsNew) signal.Set();
        if (heard.Promoted.Count > 0) await context.Publish(new ModelsPromoted(heard.Promoted), context.CancellationToken);
    }
}
