using BatchInfer.Contracts;
using BatchInfer.Coordinator.DispatchShards;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>A worker gave a shard up: after the retries of its own, or at once where nothing can help.</summary>
internal sealed partial class ShardFaultedConsumer(
    JobProgress progress, DispatchSignal signal, IOptions<CoordinatorOptions> options, ILogger<ShardFaultedConsumer> logger)
    : IConsumer<Fault<InferShard>>
{
    public async Task Consume(ConsumeContext<Fault<InferShard>> context)
    {
        var shard = context.Message.Message;
        var exception = context.Message.Exceptions.FirstOrDefault();
        string message = exception?.Message ?? "The worker gave no reason.";
        bool permanent = exception?.ExceptionType.EndsWith(nameof(PermanentShardException), StringComparison.Ordinal) == true;
        bool final = permanent || shard.Attempt >= options.Value.MaxAttempts;
        LogFaulted(shard.Shard, shard.Attempt, message, final);
        if (final && !permanent) message = $"Shard {shard.Shard.Number} (records {shard.FirstOrdinal} to {shard.FirstOrdinal + shard.RecordCount - 1}) failed {shard.Attempt} times, last with: {message}";
        await progress.FaultedAsync(shard.Shard, shard.Attempt, message, final, context.CancellationToken);
        if (final) await context.Publish(new JobCancelled(shard.Shard.JobId), context.CancellationToken);
        signal.Set();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {Shard}, attempt {Attempt}, failed: {Reason} (job fails: {Final})")]
    private partial void LogFaulted(ShardId shard, int attempt, string reason, bool final);
}
