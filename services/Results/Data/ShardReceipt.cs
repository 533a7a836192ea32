namespace BatchInfer.Results.Data;

/// <summary>What is stored of one shard. Grows in the transaction that stores the rows, so it always agrees with them.</summary>
internal sealed class ShardReceipt
{
    /// <summary>The job: <see cref="NumberedJob.Number"/>.</summary>
    public int Job { get; set; }

    public int Shard { get; set; }

    /// <summary>Records stored; the shard is complete when this reaches its record count.</summary>
    public long Received { get; set; }

    public long Computed { get; set; }

    public long Cached { get; set; }

    public long Duplicates { get; set; }

    public long Failed { get; set; }

    public long Tokens { get; set; }

    public long PaddedTokens { get; set; }
}
