using System.Numerics;
using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Timeline;

/// <summary>Sums shards up: one pass over them, and an answer whose size depends on none of their number.</summary>
internal sealed class TimelineBuilder
{
    private const int Buckets = 120;
    private const int MaxWorkers = 40;
    private const int MaxSlowest = 10;
    private readonly DateTimeOffset _from;
    private readonly double _seconds, _bucketSeconds;
    private readonly double[] _computed = new double[Buckets], _cached = new double[Buckets], _failed = new double[Buckets], _tokens = new double[Buckets];
    private readonly Dictionary<string, LaneBuilder> _lanes = new(StringComparer.Ordinal);
    private readonly PriorityQueue<ShardTiming, double> _slowest = new();
    private readonly SortedDictionary<int, LengthBucket> _lengths = [];

    public TimelineBuilder(DateTimeOffset from, DateTimeOffset to)
    {
        _from = from;
        _seconds = Math.Max(0.001, (to - from).TotalSeconds);
        _bucketSeconds = _seconds / Buckets;
    }

    public void Add(ShardTimes shard)
    {
        if (shard.Worker is not { } worker || (shard.DispatchedAt ?? shard.StartedAt) is not { } dispatched) return;
        double persisted = Seconds(shard.PersistedAt ?? _from), started = Math.Min(Seconds(shard.StartedAt ?? dispatched), persisted);
        // The clocks of two machines are never quite the same.
        double? inferred = shard.InferredAt is { } sent ? Math.Clamp(Seconds(sent), started, persisted) : null;
        if (!_lanes.TryGetValue(worker, out var lane)) _lanes[worker] = lane = new LaneBuilder(worker);
        if (shard.PersistedAt is null)
        {
            lane.Add(new TimelineSpan(1, Seconds(dispatched), null, null, null), 0);
            return;
        }

        double wait = Math.Max(0, started - Seconds(dispatched));
        lane.Add(new TimelineSpan(1, started - wait, started, inferred, persisted), shard.Records);
        AddRates(shard, started, persisted);
        AddLength(shard);
        _slowest.Enqueue(
            new ShardTiming(shard.Number, worker, shard.Records, shard.Tokens, shard.Attempt, Round(wait), inferred is { } i ? Round(i - started) : null,
                Round(persisted - (inferred ?? started))),
            persisted - started);
        if (_slowest.Count > MaxSlowest) _slowest.Dequeue();
    }

    public JobTimeline Build()
    {
        var lanes = _lanes.Values.OrderByDescending(l => l.Records).ThenBy(l => l.Worker, StringComparer.Ordinal).ToList();
        return new JobTimeline(
            _from, Round(_seconds), _bucketSeconds, [.. Enumerable.Range(0, Buckets).Select(Bucket)],
            [.. lanes.Take(MaxWorkers).Select(l => l.Build(_seconds))], Math.Max(0, lanes.Count - MaxWorkers),
            [.. _slowest.UnorderedItems.OrderByDescending(s => s.Priority).Select(s => s.Element)], [.. _lengths.Values]);
    }

    private TimelineBucket Bucket(int index) => new(
        Round(_computed[index] / _bucketSeconds), Round(_cached[index] / _bucketSeconds), Round(_failed[index] / _bucketSeconds), Round(_tokens[index] / _bucketSeconds));

    private void AddRates(ShardTimes shard, double started, double persisted)
    {
        int first = Index(started), last = Index(persisted);
        double length = persisted - started;
        for (int bucket = first; bucket <= last; bucket++)
        {
            double overlap = Math.Min(persisted, (bucket + 1) * _bucketSeconds) - Math.Max(started, bucket * _bucketSeconds);
            double share = first == last || length <= 0 ? 1 : Math.Max(0, overlap) / length;
            _computed[bucket] += share * shard.Computed;
            _cached[bucket] += share * shard.Cached;
            _failed[bucket] += share * shard.Failed;
            _tokens[bucket] += share * shard.Tokens;
        }
    }

    private void AddLength(ShardTimes shard)
    {
        if (shard.Computed == 0 || shard.Tokens == 0) return;
        if (StoredLengths.Read(shard.Lengths) is { Count: > 0 } lengths)
        {
            foreach (var bucket in lengths) Add(bucket);
            return;
        }

        // From a worker that did not say: all of its records by their mean.
        int upTo = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(1 << 30, (shard.Tokens + shard.Computed - 1) / shard.Computed));
        Add(new LengthBucket(upTo, shard.Computed, shard.Tokens, shard.PaddedTokens));
    }

    private void Add(LengthBucket bucket) =>
        _lengths[bucket.UpTo] = _lengths.TryGetValue(bucket.UpTo, out var known)
            ? new LengthBucket(bucket.UpTo, known.Records + bucket.Records, known.Tokens + bucket.Tokens, known.PaddedTokens + bucket.PaddedTokens)
            : bucket;

    private int Index(double seconds) => Math.Clamp((int)(seconds / _bucketSeconds), 0, Buckets - 1);

    private double Seconds(DateTimeOffset time) => Math.Clamp((time - _from).TotalSeconds, 0, _seconds);

    private static double Round(double value) => Math.Round(value, 3);
}
