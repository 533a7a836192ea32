namespace BatchInfer.Results.Data;

/// <summary>Why a record has no prediction.</summary>
internal sealed class ItemError
{
    /// <summary>The job: <see cref="NumberedJob.Number"/>.</summary>
    public int Job { get; set; }

    public long Ordinal { get; set; }

    public required string CustomId { get; set; }

    public required string Code { get; set; }

    public required string Message { get; set; }

    public long Line { get; set; }
}
