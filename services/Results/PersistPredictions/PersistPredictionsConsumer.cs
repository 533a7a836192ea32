using System.Diagnostics;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>Stores a chunk, then tells the coordinator when its shard is complete.</summary>
internal sealed class PersistPredictionsConsumer(GroupCommit commits, ResultsDatabase database, TimeProvider time, ILogger<PersistPredictionsConsumer> logger)
    : IConsumer<PredictionsProduced>
{
    public async Task Consume(ConsumeContext<PredictionsProduced> context)
    {
        var chunk = context.Message;
        var ct = context.CancellationToken;
        await database.Ready.WaitAsync(ct);

        using var span = Telemetry.StartInside("persist");
        Describe(span, chunk);
        try
        {
            long started = time.GetTimestamp();
            var stored = await commits.StoreAsync(chunk, ct);
            Describe(span, chunk, stored, time.GetElapsedTime(started).TotalSeconds);
            await TellAsync(context, stored);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    private async Task TellAsync(ConsumeContext<PredictionsProduced> context, StoredChunk stored)
    {
        var chunk = context.Message;
        // Committed above. Should the process end here, the chunk is delivered again and this is said then.
        if (stored.IsComplete)
            await BrokerSends.UntilTakenAsync(sending => context.Publish(
                new ShardPersisted(chunk.Shard, chunk.Attempt, chunk.Worker, stored.Counts, chunk.StartedAt, time.GetUtcNow(), context.SentTime, chunk.Lengths), sending), logger, context.CancellationToken);
    }

    private static void Describe(Activity? span, PredictionsProduced chunk)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("batchinfer.job.id", chunk.Shard.JobId);
        span.SetTag("batchinfer.shard.number", chunk.Shard.Number);
        span.SetTag("batchinfer.model", chunk.Model);
        span.SetTag("batchinfer.model.revision", chunk.Revision);
        span.SetTag("batchinfer.worker", chunk.Worker);
        span.SetTag("batchinfer.records", chunk.Items.Count);
    }

    private static void Describe(Activity? span, PredictionsProduced chunk, StoredChunk stored, double seconds)
    {
        if (span is not { IsAllDataRequested: true }) return;
        long tokens = chunk.Predictions.Sum(p => (long)p.Tokens);
        span.SetTag("batchinfer.records.inserted", stored.Inserted);
        span.SetTag("batchinfer.predictions.inserted", stored.Predictions);
        span.SetTag("batchinfer.tokens", tokens);
        span.SetTag("batchinfer.tokens.padded", chunk.Predictions.Sum(p => (long)p.PaddedTokens));
        span.SetTag("batchinfer.records_per_second", Math.Round(chunk.Items.Count / seconds, 1));
        span.SetTag("batchinfer.tokens_per_second", Math.Round(tokens / seconds, 1));
    }
}
