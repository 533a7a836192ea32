using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>Stores a chunk, then tells the coordinator when its shard is complete.</summary>
internal sealed class PersistPredictionsConsumer(GroupCommit commits, ResultsDatabase database, TimeProvider time)
    : IConsumer<PredictionsProduced>
{
    public async Task Consume(ConsumeContext<PredictionsProduced> context)
    {
        var chunk = context.Message;
        var ct = context.CancellationToken;
        await database.Ready.WaitAsync(ct);

        using var span = Telemetry.Source.StartActivity("persist");
        span?.SetTag("batchinfer.job.id", chunk.Shard.JobId);
        span?.SetTag("batchinfer.shard", chunk.Shard.Number);
        var stored = await commits.StoreAsync(chunk, ct);
        span?.SetTag("batchinfer.records.inserted", stored.Inserted);

        // Committed above. Should the process end here, the chunk is delivered again and this is said then.
        if (stored.IsComplete)
            await context.Publish(
                new ShardPersisted(chunk.Shard, chunk.Attempt, chunk.Worker, stored.Counts, chunk.StartedAt, time.GetUtcNow(), context.SentTime), ct);
    }
}
