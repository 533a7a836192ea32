namespace BatchInfer.Coordinator.Data;

/// <summary>A run of consecutive records of one job's corpus, as a byte range.</summary>
internal sealed class Shard
{
    public Guid JobId { get; init; }

    /// <summary>From 0, in input order.</summary>
    public int Number { get; init; }
    public long Offset { get; init; }
    public long Length { get; init; }
    public long FirstOrdinal { get; init; }
    public long FirstLine { get; init; }

    /// <summary>Line after the range: where planning goes on when it is interrupted here.</summary>
    public long NextLine { get; init; }
    public int RecordCount { get; init; }
    public ShardStatus Status { get; init; }

    /// <summary>Dispatches so far.</summary>
    public int Attempt { get; init; }

    /// <summary>When a dispatched shard counts as lost.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }
    public string? Worker { get; init; }
    public DateTimeOffset? DispatchedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? PersistedAt { get; init; }
    public long Computed { get; init; }
    public long Cached { get; init; }
    public long Duplicates { get; init; }
    public long Failed { get; init; }
    public long Tokens { get; init; }
    public long PaddedTokens { get; init; }

    /// <summary>What its last failed attempt said.</summary>
    public string? Fault { get; init; }
}
