namespace BatchInfer.Worker;

/// <summary>Keys of a shard, by their indexes: those that are stored, and those to compute now.</summary>
internal readonly record struct WorkPart(List<int> Stored, List<int> ToCompute);
