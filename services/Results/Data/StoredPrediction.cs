namespace BatchInfer.Results.Data;

/// <summary>One prediction as stored.</summary>
/// <param name="Key">Content address.</param>
/// <param name="Predictor">What predicted it.</param>
/// <param name="Input">The input text; of a pair, the first.</param>
/// <param name="InputPair">The second text of a pair, or null.</param>
/// <param name="Output">The output.</param>
/// <param name="TokensCut">Tokens that the model did not see.</param>
/// <param name="JobId">Job that computed it.</param>
/// <param name="CreatedAt">When it was stored.</param>
internal sealed record StoredPrediction(
    Guid Key, Predictor Predictor, string Input, string? InputPair, StoredOutput Output, int TokensCut, Guid JobId, DateTimeOffset CreatedAt)
{
    /// <summary>What its texts and its output take.</summary>
    public long Bytes => Input.Length + (InputPair?.Length ?? 0) + (Output.Json?.Length ?? 0) + ((long)sizeof(float) * (Output.Embedding?.Length ?? 0));
}
