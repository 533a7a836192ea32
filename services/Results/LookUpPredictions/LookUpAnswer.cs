using BatchInfer.Results.Data;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>One thing asked, and its prediction or null.</summary>
internal sealed record LookUpAnswer(Guid? Key, string? CustomId, string? Input, StoredPrediction? Prediction);
