namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>When a worker had a finished shard in hand, and what it computed of it.</summary>
internal sealed record MeasuredShard(string Worker, DateTimeOffset StartedAt, DateTimeOffset PersistedAt, long Computed, long Tokens);
