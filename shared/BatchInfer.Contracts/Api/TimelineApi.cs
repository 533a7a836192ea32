namespace BatchInfer.Contracts;

/// <summary>
/// How a job went over time, as <c>GET /v1/jobs/{id}/timeline</c> answers: as large for a hundred shards as for a hundred
/// thousand. Times are seconds since <paramref name="From"/>.
/// </summary>
/// <param name="From">When its first shard was dispatched.</param>
/// <param name="Seconds">To its end, or to now.</param>
/// <param name="BucketSeconds">Width of a bucket of <paramref name="Throughput"/>.</param>
/// <param name="Throughput">Rates over time, one bucket after the other.</param>
/// <param name="Workers">What each worker did, those that did most first.</param>
/// <param name="WorkersLeftOut">Workers that are not in <paramref name="Workers"/> since there are too many.</param>
/// <param name="Slowest">The shards that took longest from their start to their last row, longest first.</param>
/// <param name="Lengths">How many computed records there are by their length.</param>
public sealed record JobTimeline(
    DateTimeOffset From, double Seconds, double BucketSeconds, IReadOnlyList<TimelineBucket> Throughput,
    IReadOnlyList<WorkerLane> Workers, int WorkersLeftOut, IReadOnlyList<ShardTiming> Slowest, IReadOnlyList<LengthBucket> Lengths);

/// <summary>Rates in one stretch of time: a shard's records count evenly from its start to its last row.</summary>
/// <param name="ComputedPerSecond">Records answered by running the model.</param>
/// <param name="CachedPerSecond">Records answered without.</param>
/// <param name="FailedPerSecond">Error rows.</param>
/// <param name="TokensPerSecond">Tokens of the computed records.</param>
public sealed record TimelineBucket(double ComputedPerSecond, double CachedPerSecond, double FailedPerSecond, double TokensPerSecond);

/// <summary>What one worker did.</summary>
/// <param name="Worker">Id of the worker.</param>
/// <param name="Shards">Shards it stored.</param>
/// <param name="Records">Their records.</param>
/// <param name="BusySeconds">Seconds in which it had at least one shard in hand.</param>
/// <param name="Rows">Shards side by side, so that no two of a row overlap.</param>
public sealed record WorkerLane(string Worker, int Shards, long Records, double BusySeconds, IReadOnlyList<IReadOnlyList<TimelineSpan>> Rows);

/// <summary>A shard's way through a worker, or that of several which are too short to be told apart.</summary>
/// <param name="Shards">How many.</param>
/// <param name="Dispatched">When it went into the queue.</param>
/// <param name="Started">When the worker took it; null while nobody said so.</param>
/// <param name="Inferred">When its last predictions were sent to the store; null where that was not recorded.</param>
/// <param name="Persisted">When its last row was stored; null while it is in flight.</param>
public sealed record TimelineSpan(int Shards, double Dispatched, double? Started, double? Inferred, double? Persisted);

/// <summary>One shard's times.</summary>
/// <param name="Number">Number of the shard.</param>
/// <param name="Worker">Worker that completed it.</param>
/// <param name="Records">Its records.</param>
/// <param name="Tokens">Tokens of its computed records.</param>
/// <param name="Attempt">Attempt that completed it.</param>
/// <param name="WaitSeconds">From dispatch to start.</param>
/// <param name="InferSeconds">From start to the last predictions sent; null where that was not recorded.</param>
/// <param name="PersistSeconds">From then, or else from the start, to the last row stored.</param>
public sealed record ShardTiming(
    int Number, string Worker, long Records, long Tokens, int Attempt, double WaitSeconds, double? InferSeconds, double PersistSeconds);

/// <summary>Records of like length.</summary>
/// <param name="UpTo">Longest length in tokens; a power of two.</param>
/// <param name="Records">Computed records.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="PaddedTokens">The same with padding.</param>
public sealed record LengthBucket(int UpTo, long Records, long Tokens, long PaddedTokens);
