namespace BatchInfer.Coordinator;

/// <summary>Wakes a loop before its next tick. Signals that come while it works count once.</summary>
internal abstract class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Set()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    public Task<bool> WaitAsync(TimeSpan tick, CancellationToken ct) => _signal.WaitAsync(tick, ct);

    public virtual void Dispose() => _signal.Dispose();
}
