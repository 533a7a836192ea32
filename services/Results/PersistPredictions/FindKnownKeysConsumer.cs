using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>Answers workers which keys need no model.</summary>
internal sealed class FindKnownKeysConsumer(IPredictionStore store, ResultsDatabase database) : IConsumer<FindKnownKeys>
{
    public async Task Consume(ConsumeContext<FindKnownKeys> context)
    {
        await database.Ready.WaitAsync(context.CancellationToken);
        byte[] known = await store.FindKnownAsync(context.Message.Keys, context.CancellationToken);
        await context.RespondAsync(new KnownKeys(known));
    }
}
