using System.Collections.Concurrent;
using BatchInfer.Contracts;
using BatchInfer.Worker;
using MassTransit;

namespace BatchInfer.Standalone;

/// <summary>
/// Before anything stops, has the worker send on what it has predicted, and waits until that is stored: between them is a queue that
/// stops with the process.
/// </summary>
internal sealed partial class StoredAtStop(IServiceProvider services, IBusControl bus, TimeProvider time, ILogger<StoredAtStop> logger)
    : IHostedLifecycleService, ISendObserver, IConsumeMessageObserver<PredictionsProduced>
{
    /// <summary>For the batches in hand, which cannot be cut short, and for storing what comes of them.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private readonly ConcurrentDictionary<Guid, bool> _sent = new();
    private ConnectHandle? _sends, _stores;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _sends = bus.ConnectSendObserver(this);
        _stores = bus.ConnectConsumeMessageObserver(this);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await services.PutDownShardsAsync(Patience).WaitAsync(stop.Token);
            while (!_sent.IsEmpty) await Task.Delay(Tick, time, stop.Token);
        }
        catch (OperationCanceledException)
        {
            LogLost();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        _sends?.Dispose();
        _stores?.Dispose();
        return Task.CompletedTask;
    }

    Task ISendObserver.PreSend<T>(SendContext<T> context)
    {
        if (context is SendContext<PredictionsProduced> { MessageId: { } id }) _sent[id] = true;
        return Task.CompletedTask;
    }

    Task ISendObserver.PostSend<T>(SendContext<T> context) => Task.CompletedTask;

    Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Done(context.MessageId);

    Task IConsumeMessageObserver<PredictionsProduced>.PreConsume(ConsumeContext<PredictionsProduced> context) => Task.CompletedTask;

    Task IConsumeMessageObserver<PredictionsProduced>.PostConsume(ConsumeContext<PredictionsProduced> context) => Done(context.MessageId);

    // It is tried again, which the process need not live to see.
    Task IConsumeMessageObserver<PredictionsProduced>.ConsumeFault(ConsumeContext<PredictionsProduced> context, Exception exception) => Done(context.MessageId);

    private Task Done(Guid? id)
    {
        if (id is { } known) _sent.TryRemove(known, out _);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some of what was predicted last could not be stored before the stop; it is predicted again")]
    private partial void LogLost();
}
