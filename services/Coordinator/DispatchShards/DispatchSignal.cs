namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// Set when there is something to dispatch, or room for it. Of many workers a shard is stored every few milliseconds, each of which leaves
/// room for one more: those are gathered into one round, as what waits in the queue keeps the workers busy meanwhile.
/// </summary>
internal sealed class DispatchSignal : WakeSignal
{
    /// <summary>How long a stored shard waits for others at most. A worker has as many shards waiting as in hand, seconds of each as a rule.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ITimer _late;
    private int _stored;
    private int _together = 1;

    public DispatchSignal(TimeProvider time) => _late = time.CreateTimer(_ => Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>A shard was stored.</summary>
    public void Stored()
    {
        int stored = Interlocked.Increment(ref _stored);
        if (stored >= Volatile.Read(ref _together)) Set();
        else if (stored == 1) _late.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A round begins, and sees what was stored until now.</summary>
    public void Begin() => Interlocked.Exchange(ref _stored, 0);

    /// <summary>How many stored shards make the next round.</summary>
    public void Gather(int together) => Volatile.Write(ref _together, together);

    public override void Dispose()
    {
        _late.Dispose();
        base.Dispose();
    }
}
