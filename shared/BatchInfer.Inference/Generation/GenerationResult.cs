namespace BatchInfer.Inference;

/// <summary>What became of an input: its texts, the best first, or an error.</summary>
/// <param name="Request">The input.</param>
/// <param name="Texts">The texts; empty with an error.</param>
/// <param name="NewTokens">Tokens written for it.</param>
/// <param name="ErrorCode">Why there is no text, or null.</param>
/// <param name="ErrorMessage">The same as a sentence for the user, or null.</param>
internal readonly record struct GenerationResult(
    GenerationRequest Request, IReadOnlyList<GeneratedSequence> Texts, int NewTokens, string? ErrorCode, string? ErrorMessage)
{
    public static GenerationResult Failed(GenerationRequest request, string code, string message) => new(request, [], 0, code, message);
}
