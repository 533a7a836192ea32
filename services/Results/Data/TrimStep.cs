namespace BatchInfer.Results.Data;

/// <summary>What a step of a trim came to.</summary>
/// <param name="Examined">Predictions looked at.</param>
/// <param name="Deleted">Those deleted, or that would be.</param>
/// <param name="Next">Where the next step goes on; null when this was the last.</param>
internal sealed record TrimStep(long Examined, long Deleted, Guid? Next);
