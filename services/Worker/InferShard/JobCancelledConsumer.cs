using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Worker;

/// <summary>Every worker hears of every cancellation, on a queue of its own that goes with it.</summary>
internal sealed class JobCancelledConsumer(ShardsInHand hand) : IConsumer<JobCancelled>
{
    public Task Consume(ConsumeContext<JobCancelled> context)
    {
        hand.Cancel(context.Message.JobId);
        return Task.CompletedTask;
    }
}
