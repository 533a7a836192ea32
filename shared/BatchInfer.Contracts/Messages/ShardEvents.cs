namespace BatchInfer.Contracts;

/// <summary>Event, results → coordinator: every record of the shard is stored, and the transaction committed.</summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Attempt">Attempt that completed it.</param>
/// <param name="Worker">Worker that completed it.</param>
/// <param name="Counts">What its records came to.</param>
/// <param name="StartedAt">When the worker took it.</param>
/// <param name="PersistedAt">When the last of its rows was committed.</param>
/// <param name="InferredAt">When the worker sent what completed it, or null.</param>
/// <param name="Lengths">Lengths of the records that this attempt computed, or null.</param>
public sealed record ShardPersisted(
    ShardId Shard, int Attempt, string Worker, OutcomeCounts Counts, DateTimeOffset StartedAt, DateTimeOffset PersistedAt,
    DateTimeOffset? InferredAt = null, IReadOnlyList<LengthBucket>? Lengths = null);

/// <summary>Event, worker → coordinator: the shard was not predicted since its job was cancelled.</summary>
public sealed record ShardDiscarded(ShardId Shard, int Attempt);

/// <summary>
/// Event, worker → coordinator: the shard is handed back unpredicted and waits for its next attempt. A worker never runs what
/// was delivered before: whether another had it and died of it is for the coordinator to count.
/// </summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Unanswered">
/// True when it came with the broker's mark of a second delivery, so that whoever took it first gave no answer; false when
/// this worker had it and stops.
/// </param>
public sealed record ShardReturned(ShardId Shard, int Attempt, bool Unanswered);

/// <summary>Request, worker → coordinator: about to run a shard whose message says <see cref="InferShard.Alone"/>.</summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Worker">Id of the worker.</param>
public sealed record SuspectStarting(ShardId Shard, int Attempt, string Worker);

/// <summary>Answer to <see cref="SuspectStarting"/>, given once it is written down who runs the shard.</summary>
/// <param name="Granted">False when that attempt is no longer wanted; the worker then drops it.</param>
public sealed record SuspectMayStart(bool Granted);

/// <summary>Event, coordinator → every worker: stop work on this job and drop its shards.</summary>
public sealed record JobCancelled(Guid JobId);

/// <summary>Counts of record outcomes.</summary>
/// <param name="Computed">Records answered by running the model.</param>
/// <param name="Cached">Records answered without: stored before, or equal to another record of the shard.</param>
/// <param name="Duplicates">Those of <paramref name="Cached"/> that were equal to another record of the shard.</param>
/// <param name="Failed">Error rows.</param>
/// <param name="Tokens">Tokens of the computed records.</param>
/// <param name="PaddedTokens">The same with padding.</param>
public sealed record OutcomeCounts(long Computed, long Cached, long Duplicates, long Failed, long Tokens, long PaddedTokens)
{
    /// <summary>Every record once.</summary>
    public long Total => Computed + Cached + Failed;
}
