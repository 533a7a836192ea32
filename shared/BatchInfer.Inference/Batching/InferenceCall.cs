using System.Threading.Channels;

namespace BatchInfer.Inference;

/// <summary>One call's way through the engine: how many of its batches are on the way, and their results.</summary>
internal sealed class InferenceCall : IDisposable
{
    private static long _calls;
    private readonly SemaphoreSlim _credits;
    private int _pending = 1;

    // Unbounded, but a result enters only for a credit, of which there are few: a run never waits for a slow reader,
    // since the runs are shared with other calls.
    private readonly Channel<RowOutput[]> _results = Channel.CreateUnbounded<RowOutput[]>(new UnboundedChannelOptions { SingleReader = true });

    public InferenceCall(IEncoderTask task, IReadOnlyList<TextInput> inputs, int maxBatchesInFlight, CancellationToken stop)
    {
        EncoderTask = task;
        Inputs = inputs;
        Stop = stop;
        _credits = new SemaphoreSlim(maxBatchesInFlight);
    }

    /// <summary>Rises from call to call.</summary>
    public long Number { get; } = Interlocked.Increment(ref _calls);

    public IEncoderTask EncoderTask { get; }

    public IReadOnlyList<TextInput> Inputs { get; }

    /// <summary>Fires when nobody waits for the results any more.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Its spans. Made with the call, below the span that is current then.</summary>
    public CallTrace Trace { get; } = new();

    public ChannelReader<RowOutput[]> Results => _results.Reader;

    /// <summary>Waits until one more batch may be on the way.</summary>
    public async Task StartBatchAsync(CancellationToken cancellationToken)
    {
        await _credits.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _pending);
    }

    /// <summary>The reader took a result.</summary>
    public void Taken() => _credits.Release();

    public void Finish(RowOutput[] rows)
    {
        _results.Writer.TryWrite(rows);
        EndPart();
    }

    /// <summary>Ends a batch, or the feeding of batches; the last one closes the results.</summary>
    public void EndPart()
    {
        if (Interlocked.Decrement(ref _pending) == 0) _results.Writer.TryComplete();
    }

    public void Fail(Exception exception) => _results.Writer.TryComplete(exception);

    public void Dispose()
    {
        Trace.End();
        _credits.Dispose();
    }
}
