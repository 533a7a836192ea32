using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>What storing a chunk came to.</summary>
/// <param name="Inserted">Records that were not stored before.</param>
/// <param name="Predictions">Predictions that were not stored before.</param>
/// <param name="IsComplete">Every record of the shard is stored: said with the chunk that completes it, and again with each that arrives afterwards.</param>
/// <param name="Counts">The shard's totals so far.</param>
internal sealed record StoredChunk(int Inserted, int Predictions, bool IsComplete, OutcomeCounts Counts);
