namespace BatchInfer.Contracts;

/// <summary>Names of the queues that more than one service knows.</summary>
public static class QueueNames
{
    /// <summary>Queue of one model revision: what its workers consume and the coordinator sends to.</summary>
    public static string Infer(string revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        return $"batchinfer-infer-{revision[..Math.Min(24, revision.Length)]}";
    }

    /// <summary>Queue of <see cref="CountTokens"/> for one model revision: beside its shards, so that whoever asks does not wait behind them.</summary>
    public static string Tokens(string revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        return $"batchinfer-tokens-{revision[..Math.Min(24, revision.Length)]}";
    }

    /// <summary>Queue of <see cref="PredictionsProduced"/>.</summary>
    public const string Persist = "batchinfer-persist";

    /// <summary>Queue of <see cref="FindKnownKeys"/>.</summary>
    public const string KnownKeys = "batchinfer-known-keys";

    /// <summary>Queue of <see cref="FindFailedRecords"/>.</summary>
    public const string FailedRecords = "batchinfer-failed-records";

    /// <summary>Queue of <see cref="SuspectStarting"/>.</summary>
    public const string Suspects = "batchinfer-suspects";

    /// <summary>Queue of the shard events that the coordinator tracks.</summary>
    public const string Track = "batchinfer-track";
}
