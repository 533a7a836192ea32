namespace BatchInfer.Worker;

/// <summary>A good record of a shard with its key.</summary>
/// <param name="Ordinal">Ordinal in the corpus.</param>
/// <param name="CustomId">Its id.</param>
/// <param name="Line">Its line.</param>
/// <param name="Text">Text.</param>
/// <param name="TextPair">Second text of a pair.</param>
/// <param name="Key">Content address of its prediction.</param>
internal readonly record struct ShardRecord(long Ordinal, string CustomId, long Line, string Text, string? TextPair, Guid Key);
