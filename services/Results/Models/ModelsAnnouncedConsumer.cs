using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.Models;

/// <summary>Learns from workers which models there are.</summary>
internal sealed class ModelsAnnouncedConsumer(IPredictionStore store, ResultsDatabase database) : IConsumer<WorkerAnnounced>
{
    public async Task Consume(ConsumeContext<WorkerAnnounced> context)
    {
        var worker = context.Message;
        // A worker that leaves says nothing new of its models.
        if (worker.Leaving) return;
        await database.Ready.WaitAsync(context.CancellationToken);
        await store.SaveModelsAsync(worker.Models, worker.SentAt, context.CancellationToken);
    }
}
