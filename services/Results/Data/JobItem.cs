namespace BatchInfer.Results.Data;

/// <summary>One record of a job: exactly one row for each ordinal, whether it has a prediction or failed.</summary>
internal sealed class JobItem
{
    /// <summary>The job: <see cref="NumberedJob.Number"/>.</summary>
    public int Job { get; set; }

    public long Ordinal { get; set; }

    /// <summary>Null where it is the line number that <see cref="NumberedJob.LineOffset"/> gives, as in every corpus without ids of its own.</summary>
    public string? CustomId { get; set; }

    /// <summary>Key of its prediction; null when it failed.</summary>
    public Guid? Key { get; set; }

    /// <summary>Shard that counted it. A shard made by splitting another takes over what the other had stored.</summary>
    public int Shard { get; set; }
}
