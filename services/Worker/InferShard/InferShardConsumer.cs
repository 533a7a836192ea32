using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>Predicts one shard and sends what comes of it on, chunk by chunk.</summary>
internal sealed partial class InferShardConsumer(
    InferencePipeline pipeline, ShardsInHand hands, Turns turns, SuspectClient suspects, IOptions<BusOptions> bus, TimeProvider time,
    ILogger<InferShardConsumer> logger)
    : IConsumer<InferShard>
{
    private readonly Uri _persist = EndpointPolicy.Address(bus.Value.Transport, QueueNames.Persist);

    public async Task Consume(ConsumeContext<InferShard> context)
    {
        var shard = context.Message;
        if (context.ReceiveContext.Redelivered)
        {
            await ReturnAsync(context, unanswered: true);
            return;
        }

        if (context.SentTime is { } sent)
        {
            var taken = time.GetUtcNow();
            WorkerMetrics.ShardTaken(taken - sent);
            ShardTrace.Waited(shard, sent, taken);
        }

        using var hand = hands.Take(shard.Shard, context.CancellationToken);
        // The process stops, and its queue with it; the coordinator beside it takes back what was in that.
        if (hand is null) return;
        try
        {
            await InferAsync(context, hand);
        }
        catch (OperationCanceledException) when (hand.JobCancelled)
        {
            await BrokerSends.UntilTakenAsync(ct => context.Publish(new ShardDiscarded(shard.Shard, shard.Attempt), ct), logger, hand.Farewell);
            LogDiscarded(shard.Shard.JobId, shard.Shard.Number);
        }
        catch (OperationCanceledException) when (hand.Token.IsCancellationRequested)
        {
            await ReturnAsync(context, unanswered: false, hand.Farewell);
        }
        catch (Exception e) when (!ShardFaults.IsPassing(e) && e is not PermanentShardException)
        {
            throw new PoisonedShardException($"{e.GetType().Name}: {e.Message}", e);
        }
    }

    private async Task InferAsync(ConsumeContext<InferShard> context, ShardsInHand.Hand hand)
    {
        var shard = context.Message;
        hand.Waits = true;
        using var turn = await turns.EnterAsync(shard.Alone, hand.Token);
        hand.Waits = false;
        if (shard.Alone && !await suspects.MayStartAsync(shard, hand.Token))
        {
            LogUnwanted(shard.Shard.JobId, shard.Shard.Number, shard.Attempt);
            return;
        }

        var persist = await context.GetSendEndpoint(_persist);
        await foreach (var chunk in pipeline.InferAsync(shard, hand, hand.Token))
        {
            using var publishing = ShardTrace.Publishing(chunk);
            try
            {
                await BrokerSends.UntilTakenAsync(
                    ct => persist.Send(chunk, Pipe.Execute<SendContext<PredictionsProduced>>(Mandatory), ct), logger, hand.Farewell);
            }
            catch (Exception e)
            {
                publishing.Fail(e);
                throw;
            }
        }

        LogInferred(shard.Shard.JobId, shard.Shard.Number, shard.RecordCount);
    }

    private async Task ReturnAsync(ConsumeContext<InferShard> context, bool unanswered, CancellationToken ct = default)
    {
        var shard = context.Message;
        // One that this worker still works on, after its connection was cut, needs nobody else.
        if (unanswered && hands.Has(shard.Shard)) return;
        await BrokerSends.UntilTakenAsync(sending => context.Publish(new ShardReturned(shard.Shard, shard.Attempt, unanswered), sending), logger, ct);
        LogReturned(shard.Shard.JobId, shard.Shard.Number, unanswered ? "it was delivered before and not answered" : "this worker stops");
    }

    /// <summary>A results service that was never started has no queue: that is a fault to retry, not rows to lose.</summary>
    private static void Mandatory(SendContext<PredictionsProduced> context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.Mandatory = true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Inferred {JobId}/{Shard}: {Records} records")]
    private partial void LogInferred(Guid jobId, int shard, int records);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dropped {JobId}/{Shard}: its job was cancelled")]
    private partial void LogDiscarded(Guid jobId, int shard);

    [LoggerMessage(Level = LogLevel.Information, Message = "Handed {JobId}/{Shard} back: {Reason}")]
    private partial void LogReturned(Guid jobId, int shard, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dropped {JobId}/{Shard}, attempt {Attempt}: it is no longer wanted")]
    private partial void LogUnwanted(Guid jobId, int shard, int attempt);
}
