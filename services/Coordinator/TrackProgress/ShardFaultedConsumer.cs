using BatchInfer.Contracts;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>A worker gave a shard up: what kind of failure it was says what follows.</summary>
internal sealed partial class ShardFaultedConsumer(ShardAttempts attempts, JobEnd end, DispatchSignal signal, ILogger<ShardFaultedConsumer> logger)
    : IConsumer<Fault<InferShard>>
{
    public async Task Consume(ConsumeContext<Fault<InferShard>> context)
    {
        var (shard, ct) = (context.Message.Message, context.CancellationToken);
        var exception = context.Message.Exceptions.FirstOrDefault();
        string reason = exception?.Message ?? "The worker gave no reason.";
        bool failed = false;
        if (IsA<PermanentShardException>(exception))
        {
            LogPermanent(shard.Shard.JobId, shard.Shard.Number, reason);
            failed = await end.FailAsync(shard.Shard.JobId, reason, ct);
        }
        else if (IsA<PoisonedShardException>(exception))
        {
            LogPoisoned(shard.Shard.JobId, shard.Shard.Number, shard.RecordCount, shard.Attempt, reason);
            failed = await attempts.StrikeAsync(shard, reason, ct);
        }
        else
        {
            LogPassing(shard.Shard.JobId, shard.Shard.Number, shard.Attempt, reason);
            await attempts.DeferAsync(shard, reason, ct);
        }

        if (failed) await context.Publish(new JobCancelled(shard.Shard.JobId), ct);
        signal.Set();
    }

    private static bool IsA<TException>(ExceptionInfo? exception) =>
        exception?.ExceptionType.EndsWith(typeof(TException).Name, StringComparison.Ordinal) == true;

    [LoggerMessage(Level = LogLevel.Error, Message = "Shard {JobId}/{Shard} cannot be predicted, and its job fails: {Reason}")]
    private partial void LogPermanent(Guid jobId, int shard, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model failed on shard {JobId}/{Shard} ({Records} records), attempt {Attempt}: {Reason}")]
    private partial void LogPoisoned(Guid jobId, int shard, int records, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {JobId}/{Shard}, attempt {Attempt}, failed and is tried again: {Reason}")]
    private partial void LogPassing(Guid jobId, int shard, int attempt, string reason);
}
