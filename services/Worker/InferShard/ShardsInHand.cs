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
    private TaskCompletionSource? _empty;

    /// <summary>For the heartbeat: the shards, and how far each is.</summary>
    public (IReadOnlyList<ShardId> Shards, IReadOnlyList<ShardProgress> Progress) Progress
    {
        get
        {
            lock (_lock) return ([.. _hands.Select(h => h.Shard)], [.. _hands.Select(h => h.Progress)]);
        }
    }

    /// <summary>Whether there are shards in hand, and all of them wait for others.</summary>
    public bool OnlyWait
    {
        get
        {
            lock (_lock) return _hands.Count > 0 && _hands.TrueForAll(h => h.Waits);
        }
    }

    /// <summary>Whether the shard is in hand.</summary>
    public bool Has(ShardId shard)
    {
        lock (_lock) return _hands.Exists(h => h.Shard == shard);
    }

    /// <summary>Takes a shard in hand until it is disposed; null once all were put down.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="stopping">Ends with the worker; the hand's token ends with it, or with its job.</param>
    public Hand? Take(ShardId shard, CancellationToken stopping)
    {
        lock (_lock)
        {
            if (_empty is not null) return null;
            var hand = new Hand(this, shard, stopping);
            _hands.Add(hand);
            if (_cancelled.Contains(shard.JobId)) hand.Cancel();
            return hand;
        }
    }

    /// <summary>Takes nothing more in hand, and has what is in hand end with its batch: what is predicted by then is sent on.</summary>
    /// <param name="lastSends">Time for the batches and the sends.</param>
    /// <returns>Ends when all are put down.</returns>
    public Task PutDownAsync(TimeSpan lastSends)
    {
        lock (_lock)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var hand in _hands) hand.PutDown(lastSends);
            if (_hands.Count == 0) _empty.TrySetResult();
            return _empty.Task;
        }
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
    internal sealed class Hand : IDisposable
    {
        private readonly ShardsInHand _owner;
        private readonly CancellationTokenSource _source;
        private readonly CancellationTokenSource _farewell = new();
        private readonly CancellationTokenRegistration _onCancelled;
        private volatile bool _waits;
        private volatile int _records;
        private long _tokens;
        private TimeSpan _lastSends = TimeSpan.FromSeconds(5);

        public Hand(ShardsInHand owner, ShardId shard, CancellationToken stopping)
        {
            (_owner, Shard, _source) = (owner, shard, CancellationTokenSource.CreateLinkedTokenSource(stopping));
            // Time to send on what was predicted and to hand the rest back.
            _onCancelled = _source.Token.Register(() => _farewell.CancelAfter(_lastSends));
        }

        public ShardId Shard { get; }

        /// <summary>Ends when the job is cancelled or the worker stops.</summary>
        public CancellationToken Token => _source.Token;

        /// <summary>Ends a little later, so that nothing predicted is thrown away.</summary>
        public CancellationToken Farewell => _farewell.Token;

        /// <summary>Whether it can do nothing before another shard is through.</summary>
        public bool Waits
        {
            get => _waits;
            set => _waits = value;
        }

        public bool JobCancelled { get; private set; }

        /// <summary>How far it is.</summary>
        public ShardProgress Progress
        {
            get => new(_records, Interlocked.Read(ref _tokens));
            set
            {
                _records = value.Records;
                Interlocked.Exchange(ref _tokens, value.Tokens);
            }
        }

        public void Dispose()
        {
            lock (_owner._lock)
            {
                _owner._hands.Remove(this);
                if (_owner._hands.Count == 0) _owner._empty?.TrySetResult();
            }

            _onCancelled.Dispose();
            _source.Dispose();
            _farewell.Dispose();
        }

        internal void PutDown(TimeSpan lastSends)
        {
            _lastSends = lastSends;
            _ = _source.CancelAsync();
        }

        internal void Cancel()
        {
            JobCancelled = true;
            _ = _source.CancelAsync();
        }
    }
}
