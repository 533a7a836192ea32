using BatchInfer.Contracts;

namespace BatchInfer.Worker;

/// <summary>The shards this worker works on, and which jobs were cancelled under it.</summary>
internal sealed class ShardsInHand
{
    /// <summary>Cancelled jobs remembered: their shards may still wait in the queue. What is forgotten is only predicted in vain.</summary>
    private const int MaxCancelled = 1000;

    private readonly Lock _lock = new();
    private readonly List<Hand> _hands = [];
    private readonly Queue<Guid> _cancelled = new();

    /// <summary>For the heartbeat.</summary>
    public IReadOnlyList<ShardId> Shards
    {
        get
        {
            lock (_lock) return [.. _hands.Select(h => h.Shard)];
        }
    }

    /// <summary>Takes a shard in hand until it is disposed.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="stopping">Ends with the worker; the hand's token ends with it, or with its job.</param>
    public Hand Take(ShardId shard, CancellationToken stopping)
    {
        var hand = new Hand(this, shard, stopping);
        lock (_lock)
        {
            _hands.Add(hand);
            if (_cancelled.Contains(shard.JobId)) hand.Cancel();
        }

        return hand;
    }

    /// <summary>Drops a job's shards, now and when they come.</summary>
    public void Cancel(Guid jobId)
    {
        lock (_lock)
        {
            if (!_cancelled.Contains(jobId)) _cancelled.Enqueue(jobId);
            if (_cancelled.Count > MaxCancelled) _cancelled.Dequeue();
            foreach (var hand in _hands.Where(h => h.Shard.JobId == jobId)) hand.Cancel();
        }
    }

    /// <summary>One shard in hand.</summary>
    internal sealed class Hand(ShardsInHand owner, ShardId shard, CancellationToken stopping) : IDisposable
    {
        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(stopping);

        public ShardId Shard { get; } = shard;

        /// <summary>Ends when the job is cancelled or the worker stops.</summary>
        public CancellationToken Token => _source.Token;

        public bool JobCancelled { get; private set; }

        public void Dispose()
        {
            lock (owner._lock) owner._hands.Remove(this);
            _source.Dispose();
        }

        internal void Cancel()
        {
            JobCancelled = true;
            _ = _source.CancelAsync();
        }
    }
}
