namespace BatchInfer.Results.Data;

/// <summary>Which predictions shall go, and how much of the work is done in one step.</summary>
/// <param name="Predictors">Those whose predictions it is about.</param>
/// <param name="Before">Only what was stored earlier; null for all.</param>
/// <param name="After">Goes on behind this key.</param>
/// <param name="Count">Predictions looked at, at most.</param>
/// <param name="DryRun">Counts only.</param>
internal sealed record Trim(IReadOnlyCollection<int> Predictors, DateTimeOffset? Before, Guid After, int Count, bool DryRun)
{
    /// <summary>Rows of one delete: what a writer may have to wait for.</summary>
    public const int RowsAtOnce = 1000;
}
