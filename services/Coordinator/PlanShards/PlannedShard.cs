using BatchInfer.Corpus;

namespace BatchInfer.Coordinator.PlanShards;

/// <summary>A shard to be: a range, and of a retry the records in it that are meant.</summary>
/// <param name="Range">The range; its record count is that of the records to answer.</param>
/// <param name="Only">The records to answer, counted from 0 at the first of the range; null for all.</param>
internal sealed record PlannedShard(ShardRange Range, IReadOnlyList<int>? Only = null);
