using System.Collections.Concurrent;
using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.Standalone;

/// <summary>Ends when the coordinator and the results service have both heard what the worker of this process serves.</summary>
internal sealed class ModelsAnnounced : IConsumeMessageObserver<WorkerAnnounced>
{
    private const int Listeners = 2;
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Uri, bool> _listeners = new();

    public Task Heard => _heard.Task;

    public Task PreConsume(ConsumeContext<WorkerAnnounced> context) => Task.CompletedTask;

    public Task PostConsume(ConsumeContext<WorkerAnnounced> context)
    {
        // On a busy machine one of them hears the next heartbeat before the other hears the first.
        _listeners[context.ReceiveContext.InputAddress] = true;
        if (_listeners.Count == Listeners) _heard.TrySetResult();
        return Task.CompletedTask;
    }

    public Task ConsumeFault(ConsumeContext<WorkerAnnounced> context, Exception exception)
    {
        _heard.TrySetException(exception);
        return Task.CompletedTask;
    }
}
