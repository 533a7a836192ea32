namespace BatchInfer.Results.Data;

/// <summary>One prediction as stored.</summary>
internal sealed record StoredPrediction(
    Guid Key, string Model, string Revision, string Input, StoredOutput Output, Guid JobId, DateTimeOffset CreatedAt);
