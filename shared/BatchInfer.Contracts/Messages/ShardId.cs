namespace BatchInfer.Contracts;

/// <summary>A shard: a run of consecutive records of one job's corpus.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Number">Number within the job, from 0, in input order.</param>
public readonly record struct ShardId(Guid JobId, int Number)
{
    /// <inheritdoc/>
    public override string ToString() => $"{JobId}/{Number}";
}
