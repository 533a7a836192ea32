namespace BatchInfer.Contracts;

/// <summary>Request, coordinator → results: delete predictions that no job's record names, one bounded step.</summary>
/// <param name="Revisions">Only these revisions; null for all.</param>
/// <param name="Except">Not these: jobs on them are under way, and may have been told that a prediction is stored.</param>
/// <param name="Before">Only what was stored earlier; null for all.</param>
/// <param name="After">Goes on behind this key; null begins.</param>
/// <param name="Count">Predictions looked at in this step.</param>
/// <param name="DryRun">Counts only.</param>
public sealed record TrimPredictions(
    IReadOnlyList<string>? Revisions, IReadOnlyList<string> Except, DateTimeOffset? Before, Guid? After, int Count, bool DryRun);

/// <summary>Answer to <see cref="TrimPredictions"/>.</summary>
/// <param name="Examined">Predictions looked at.</param>
/// <param name="Deleted">Those deleted, or that would be.</param>
/// <param name="Next">Where the next step goes on; null when this was the last.</param>
public sealed record PredictionsTrimmed(long Examined, long Deleted, Guid? Next);
