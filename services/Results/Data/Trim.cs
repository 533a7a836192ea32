namespace BatchInfer.Results.Data;

/// <summary>Which predictions shall go, and how much of the work is done in one step.</summary>
/// <param name="Predictors">Those whose predictions it is about.</param>
/// <param name="Before">Only what was stored earlier; null for all.</param>
/// <param name="After">Goes on behind this key.</param>
/// <param name="Count">Predictions looked at, at most; of a large store more, see <see cref="Over"/>.</param>
/// <param name="DryRun">Counts only.</param>
internal sealed record Trim(IReadOnlyCollection<int> Predictors, DateTimeOffset? Before, Guid After, int Count, bool DryRun)
{
    /// <summary>Rows of one delete: what a writer may have to wait for.</summary>
    public const int RowsAtOnce = 1000;

    // A step reads all records once. So the more there are, the more predictions it is about: a hundred steps for as many as there are
    // records, whatever their number. Keys of the largest step are 32 MB.
    private const int StepsOfAStore = 100, MaxCandidates = 2_000_000;

    /// <summary>The step in a store of about so many records.</summary>
    public Trim Over(long records) => this with { Count = Math.Max(Count, (int)Math.Min(MaxCandidates, records / StepsOfAStore)) };
}
