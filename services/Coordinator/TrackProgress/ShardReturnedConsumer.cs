using BatchInfer.Contracts;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>A shard came back unpredicted.</summary>
internal sealed partial class ShardReturnedConsumer(ShardAttempts attempts, DispatchSignal signal, ILogger<ShardReturnedConsumer> logger)
    : IConsumer<ShardReturned>
{
    public async Task Consume(ConsumeContext<ShardReturned> context)
    {
        var (returned, ct) = (context.Message, context.CancellationToken);
        if (!returned.Unanswered)
        {
            await attempts.HandBackAsync(returned.Shard, returned.Attempt, ct);
        }
        else
        {
            LogUnanswered(returned.Shard.JobId, returned.Shard.Number, returned.Attempt);
            if (await attempts.UnansweredAsync(returned.Shard, returned.Attempt, ct)) await context.Publish(new JobCancelled(returned.Shard.JobId), ct);
        }

        signal.Set();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {JobId}/{Shard}, attempt {Attempt}, was taken by a worker that gave no answer")]
    private partial void LogUnanswered(Guid jobId, int shard, int attempt);
}
