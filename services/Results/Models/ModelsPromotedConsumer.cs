using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.Models;

/// <summary>Learns from the coordinator what names stand for.</summary>
internal sealed class ModelsPromotedConsumer(IPredictionStore store, ResultsDatabase database) : IConsumer<ModelsPromoted>
{
    public async Task Consume(ConsumeContext<ModelsPromoted> context)
    {
        await database.Ready.WaitAsync(context.CancellationToken);
        await store.PromoteAsync(context.Message.Models, context.CancellationToken);
    }
}
