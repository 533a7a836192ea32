namespace BatchInfer.Coordinator.Data;

/// <summary>A run of consecutive records of one job's corpus, as a byte range.</summary>
internal sealed class Shard
{
    public Guid JobId { get; init; }

    /// <summary>From 0, in input order; the parts of a split shard follow the last one.</summary>
    public int Number { get; init; }
    public long Offset { get; init; }
    public long Length { get; init; }
    public long FirstOrdinal { get; init; }
    public long FirstLine { get; init; }

    /// <summary>Line after the range: where planning goes on when it is interrupted here.</summary>
    public long NextLine { get; init; }
    public int RecordCount { get; init; }

    /// <summary>Of a retry, the records of the range that it is about, as <see cref="OnlyRecords"/> writes them; else null.</summary>
    public string? Only { get; init; }
    public ShardStatus Status { get; init; }

    /// <summary>Dispatches so far.</summary>
    public int Attempt { get; init; }

    /// <summary>Failures laid to its records, those of the shard that it was cut from included once. <see cref="TrackProgress.Suspicion"/> says what follows.</summary>
    public int Strikes { get; init; }

    /// <summary>Tick of <see cref="LeaseClock"/> at which it was dispatched.</summary>
    public long DispatchTick { get; init; }

    /// <summary>Tick from which on a dispatched shard counts as lost.</summary>
    public long? LeaseTick { get; init; }

    /// <summary>Tick before which a waiting shard is not dispatched again.</summary>
    public long NotBefore { get; init; }

    /// <summary>Worker that was heard to have it in hand.</summary>
    public string? Worker { get; init; }

    /// <summary>Worker that was let run it alone. Set on a waiting shard, it is not known yet whether that worker died of it.</summary>
    public string? RunBy { get; init; }
    public DateTimeOffset? DispatchedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the worker sent the last of its predictions.</summary>
    public DateTimeOffset? InferredAt { get; init; }
    public DateTimeOffset? PersistedAt { get; init; }
    public long Computed { get; init; }
    public long Cached { get; init; }
    public long Duplicates { get; init; }
    public long Failed { get; init; }
    public long Tokens { get; init; }
    public long PaddedTokens { get; init; }

    /// <summary>Lengths of its computed records, as <see cref="Timeline.StoredLengths"/> writes them.</summary>
    public string? Lengths { get; init; }

    /// <summary>Records that <see cref="Worker"/> had answered at its last heartbeat. Of an earlier attempt where there is none, and of no account once the shard is stored.</summary>
    public int Predicted { get; init; }

    /// <summary>Tokens of those that were computed.</summary>
    public long PredictedTokens { get; init; }

    /// <summary>When that heartbeat was heard.</summary>
    public DateTimeOffset? PredictedAt { get; init; }

    /// <summary>What its last failed attempt said.</summary>
    public string? Fault { get; init; }
}
