using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>Predicts one shard and sends what comes of it on, chunk by chunk.</summary>
internal sealed partial class InferShardConsumer(
    InferencePipeline pipeline, ShardsInHand hands, IOptions<BusOptions> bus, ILogger<InferShardConsumer> logger) : IConsumer<InferShard>
{
    private readonly Uri _persist = EndpointPolicy.Address(bus.Value.Transport, QueueNames.Persist);

    public async Task Consume(ConsumeContext<InferShard> context)
    {
        var shard = context.Message;
        using var hand = hands.Take(shard.Shard, context.CancellationToken);
        try
        {
            var persist = await context.GetSendEndpoint(_persist);
            await foreach (var chunk in pipeline.InferAsync(shard, hand.Token))
                await persist.Send(chunk, Pipe.Execute<SendContext<PredictionsProduced>>(Mandatory), hand.Token);
            LogInferred(shard.Shard, shard.RecordCount);
        }
        catch (OperationCanceledException) when (hand.JobCancelled)
        {
            await context.Publish(new ShardDiscarded(shard.Shard, shard.Attempt), context.CancellationToken);
            LogDiscarded(shard.Shard);
        }
    }

    /// <summary>A results service that was never started has no queue: that is a fault to retry, not rows to lose.</summary>
    private static void Mandatory(SendContext<PredictionsProduced> context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.Mandatory = true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Inferred {Shard}: {Records} records")]
    private partial void LogInferred(ShardId shard, int records);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dropped {Shard}: its job was cancelled")]
    private partial void LogDiscarded(ShardId shard);
}
