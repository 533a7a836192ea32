namespace BatchInfer.Coordinator.PlanShards;

/// <summary>How large the shards of a corpus are.</summary>
internal static class ShardSize
{
    private const int MostRecords = 4096;

    /// <summary>Characters of the parts of prompts that are the same for every record, all records of a shard together.</summary>
    private const long MostFixedCharacters = 16 * 1024 * 1024;
    private const long Smallest = 32 * 1024;
    private const long Usual = 512 * 1024;
    private const long Largest = 4 * 1024 * 1024;

    /// <summary>Records of a shard at most: bounds what a worker holds in memory and what a redelivery repeats.</summary>
    /// <param name="fixedCharacters">Characters that stand in every record's prompt.</param>
    public static int MaxRecords(long fixedCharacters) => (int)Math.Clamp(MostFixedCharacters / Math.Max(1, fixedCharacters), 1, MostRecords);

    /// <summary>
    /// Bytes of a shard. A batch takes its rows from one shard, so that many records in it mean little padding: a hundred pad an
    /// eighth, five hundred a thirtieth, two thousand a hundredth. Small corpora are cut no finer than their workers need to
    /// end together, and huge ones coarser than usual, so that the shard table stays in the ten thousands.
    /// </summary>
    /// <param name="corpusBytes">Bytes of the corpus.</param>
    /// <param name="workers">Workers that serve the job's model now.</param>
    public static long TargetBytes(long corpusBytes, int workers)
    {
        // One worker ends with itself however few they are, and leaves something to one that comes later.
        int shards = workers <= 1 ? 4 : 8 * workers;
        return Math.Clamp(Math.Max(Math.Min(corpusBytes / shards, Usual), corpusBytes / 20_000), Smallest, Largest);
    }
}
