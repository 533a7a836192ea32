namespace BatchInfer.Coordinator.Timeline;

/// <summary>Of a shard's row, what its place in the timeline needs.</summary>
internal sealed record ShardTimes(
    int Number, string? Worker, int Attempt, DateTimeOffset? DispatchedAt, DateTimeOffset? StartedAt, DateTimeOffset? InferredAt, DateTimeOffset? PersistedAt,
    long Computed, long Cached, long Failed, long Tokens, long PaddedTokens, string? Lengths = null)
{
    public long Records => Computed + Cached + Failed;
}
