namespace BatchInfer.Inference;

/// <summary>What became of one input: an output, or an error code.</summary>
/// <param name="Index">Index into the inputs.</param>
/// <param name="Json">Output as JSON, or null when it is an embedding or failed.</param>
/// <param name="Embedding">Output vector, or null when the output is JSON or failed.</param>
/// <param name="Tokens">Tokens of the input, special tokens included, after truncation.</param>
/// <param name="PaddedTokens">Tokens it took in its batch: the longest row that it ran with.</param>
/// <param name="Truncated">True when the input was longer than the length limit and was cut.</param>
/// <param name="ErrorCode">Why there is no output (see <see cref="Contracts.ErrorCodes"/>), or null.</param>
/// <param name="ErrorMessage">The same as a sentence for the user, or null.</param>
public readonly record struct RowOutput(
    int Index, string? Json, float[]? Embedding, int Tokens, int PaddedTokens, bool Truncated, string? ErrorCode, string? ErrorMessage)
{
    internal static RowOutput Failed(int index, int tokens, string code, string message) =>
        new(index, null, null, tokens, 0, false, code, message);
}
