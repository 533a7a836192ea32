namespace BatchInfer.Inference;

/// <summary>What became of one input: an output, or an error code.</summary>
/// <param name="Index">Index into the inputs.</param>
/// <param name="Json">Output as JSON, or null when it is an embedding or failed.</param>
/// <param name="Embedding">Output vector, or null when the output is JSON or failed.</param>
/// <param name="Tokens">Tokens that the model ran for it, special tokens included: of all its rows, where it had several.</param>
/// <param name="PaddedTokens">Tokens they took in their batches: for each row the longest one that it ran with.</param>
/// <param name="TokensCut">Tokens of the input that the model did not see, because it was longer than the length limit.</param>
/// <param name="ErrorCode">Why there is no output (see <see cref="Contracts.ErrorCodes"/>), or null.</param>
/// <param name="ErrorMessage">The same as a sentence for the user, or null.</param>
public readonly record struct RowOutput(
    int Index, string? Json, float[]? Embedding, int Tokens, int PaddedTokens, int TokensCut, string? ErrorCode, string? ErrorMessage)
{
    internal static RowOutput Failed(int index, int tokens, string code, string message) =>
        new(index, null, null, tokens, 0, 0, code, message);
}
