using BatchInfer.Results.Data;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>One thing asked, and its prediction or null.</summary>
/// <param name="Key">Its key; null where a custom id leads to none.</param>
/// <param name="Asked">What the key was made for, where the question was an input.</param>
/// <param name="CustomId">The custom id asked for, or null.</param>
/// <param name="Input">The input asked for, or null.</param>
/// <param name="InputPair">The second text of the pair asked for, or null.</param>
/// <param name="Prediction">The prediction, or null.</param>
internal sealed record LookUpAnswer(
    Guid? Key, AskedModel? Asked = null, string? CustomId = null, string? Input = null, string? InputPair = null, StoredPrediction? Prediction = null);
