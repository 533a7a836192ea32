namespace BatchInfer.Inference;

/// <summary>The runs side by side: one thread each, fed from one queue by all calls, the earlier call first.</summary>
/// <remarks>
/// Threads of their own rather than the pool's: a run computes for tens of milliseconds, and as many of them as there are
/// cores would leave the pool nothing for the broker's heartbeats and the results' readers.
/// The earlier call first, because calls that took turns would all end at once, and nothing would run while their successors
/// are read and tokenised. So one ends while the next is ready.
/// </remarks>
internal sealed class RunSlots : IDisposable
{
    // Calls bound it themselves: each has only so many batches on the way.
    private readonly PriorityQueue<Batch, (long Call, long Number)> _queue = new();
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly Thread[] _threads;
    private long _number;

    /// <param name="layout">How many runs, and of what size.</param>
    /// <param name="name">Name of the model, for the threads.</param>
    /// <param name="run">Runs a batch.</param>
    public RunSlots(RunLayout layout, string name, Action<Batch, RunWorkspace> run)
    {
        int count = layout.ParallelRuns;
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            _threads[i] = new Thread(() => Loop(run, layout.MaxBatchTokens)) { IsBackground = true, Name = $"{name} run {i}" };
            // Unsafe: without the context of the call that loads the model, since it serves all that follow.
            _threads[i].UnsafeStart();
        }
    }

    public void Enqueue(in Batch batch)
    {
        lock (_lock) _queue.Enqueue(batch, (batch.Call.Number, _number++));
        _waiting.Release();
    }

    /// <summary>Waits for the batches in hand; what is queued is still taken, and dropped by calls that have stopped.</summary>
    public void Dispose()
    {
        // One more than there are batches for each thread: who finds none has come to the end.
        _waiting.Release(_threads.Length);
        foreach (var thread in _threads) thread.Join();
        _waiting.Dispose();
    }

    private void Loop(Action<Batch, RunWorkspace> run, int maxBatchTokens)
    {
        using var workspace = new RunWorkspace(maxBatchTokens);
        while (true)
        {
            _waiting.Wait();
            Batch batch;
            lock (_lock)
            {
                if (!_queue.TryDequeue(out batch, out _)) return;
            }

            run(batch, workspace);
            workspace.EndRun();
        }
    }
}
