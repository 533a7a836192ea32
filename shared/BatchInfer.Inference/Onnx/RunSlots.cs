using System.Threading.Channels;

namespace BatchInfer.Inference;

/// <summary>The runs side by side: one thread each, fed from one queue by all calls.</summary>
/// <remarks>
/// Threads of their own rather than the pool's: a run computes for tens of milliseconds, and as many of them as there are
/// cores would leave the pool nothing for the broker's heartbeats and the results' readers.
/// </remarks>
internal sealed class RunSlots : IDisposable
{
    // Holds as many batches as there are slots: enough that a slot never waits for the next, few enough that
    // calls take turns. Writers wait in line.
    private readonly Channel<Batch> _queue;
    private readonly Thread[] _threads;

    public RunSlots(int count, string name, Action<Batch, RunWorkspace> run)
    {
        _queue = Channel.CreateBounded<Batch>(new BoundedChannelOptions(count) { SingleReader = count == 1 });
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            _threads[i] = new Thread(() => Loop(run)) { IsBackground = true, Name = $"{name} run {i}" };
            _threads[i].Start();
        }
    }

    public ValueTask EnqueueAsync(Batch batch, CancellationToken cancellationToken) => _queue.Writer.WriteAsync(batch, cancellationToken);

    /// <summary>Waits for the batches in hand; what is queued is still taken, and dropped by calls that have stopped.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        foreach (var thread in _threads) thread.Join();
    }

    private void Loop(Action<Batch, RunWorkspace> run)
    {
        using var workspace = new RunWorkspace();
        var reader = _queue.Reader;
        do
        {
            while (reader.TryRead(out var batch)) run(batch, workspace);
        }
        while (Wait(reader));
    }

    // This thread has nothing else to do than to wait.
    private static bool Wait(ChannelReader<Batch> reader)
    {
        var waiting = reader.WaitToReadAsync();
        return waiting.IsCompleted ? waiting.GetAwaiter().GetResult() : waiting.AsTask().GetAwaiter().GetResult();
    }
}
