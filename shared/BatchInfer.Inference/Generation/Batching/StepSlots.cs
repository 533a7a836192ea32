using System.Diagnostics;

namespace BatchInfer.Inference;

/// <summary>The steps side by side: one thread each, fed from the pool. Threads of their own for the reasons of <see cref="RunSlots"/>.</summary>
internal sealed class StepSlots : IDisposable
{
    private readonly RowPool _pool;
    private readonly StepRunner _runner;
    private readonly RunMetrics _metrics;
    private readonly Thread[] _threads;

    /// <param name="count">Steps side by side.</param>
    /// <param name="name">Name of the model, for the threads.</param>
    /// <param name="pool">Where the work comes from.</param>
    /// <param name="runner">What does it.</param>
    public StepSlots(int count, string name, RowPool pool, StepRunner runner)
    {
        (_pool, _runner, _metrics) = (pool, runner, new RunMetrics(name, maxBatchTokens: 0));
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Loop) { IsBackground = true, Name = $"{name} step {i}" };
            // Unsafe: without the context of the call that loads the model, since it serves all that follow.
            _threads[i].UnsafeStart();
        }
    }

    /// <summary>Ends the steps in hand and drops all rows.</summary>
    public void Dispose()
    {
        var left = _pool.Close();
        foreach (var thread in _threads) thread.Join();
        foreach (var batch in left) batch.Dispose();
        // What the last steps gave back meanwhile.
        foreach (var batch in _pool.Close()) batch.Dispose();
    }

    private void Loop()
    {
        using var workspace = new StepWorkspace();
        var (started, batches) = (new List<WaitingInput>(), new List<DecodingBatch>());
        while (_pool.TryTake(started, batches))
        {
            long since = Stopwatch.GetTimestamp();
            if (started.Count > 0) _runner.Start(started, workspace);
            else _runner.Step(batches, workspace);
            _metrics.Ran(started.Count > 0 ? "prompt" : "step", since, started.Count > 0 ? started.Count : batches.Sum(b => b.Rows));
        }
    }
}
