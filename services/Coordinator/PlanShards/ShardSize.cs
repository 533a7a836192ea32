namespace BatchInfer.Coordinator.PlanShards;

/// <summary>How large the shards of a corpus are.</summary>
internal static class ShardSize
{
    /// <summary>Records of a shard at most: bounds what a worker holds in memory and what a redelivery repeats.</summary>
    public const int MaxRecords = 4096;
    private const long Smallest = 32 * 1024;
    private const long Usual = 256 * 1024;
    private const long Largest = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes of a shard: small corpora are cut fine enough that several workers share them, usual ones so that a shard takes
    /// seconds and sorts well by length, and huge ones coarser, so that the shard table stays in the ten thousands.
    /// </summary>
    public static long TargetBytes(long corpusBytes) =>
        Math.Clamp(Math.Max(Math.Min(corpusBytes / 32, Usual), corpusBytes / 20_000), Smallest, Largest);
}
