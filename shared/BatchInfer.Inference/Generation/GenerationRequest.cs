namespace BatchInfer.Inference;

/// <summary>One input of a call, tokenised.</summary>
/// <param name="Call">The call.</param>
/// <param name="Index">Index into the call's inputs.</param>
/// <param name="Ids">Tokens of the prompt; of an encoder–decoder, those of the source.</param>
/// <param name="TokensCut">Tokens that were cut from it.</param>
internal sealed record GenerationRequest(GenerationCall Call, int Index, int[] Ids, int TokensCut)
{
    /// <summary>Why it has no tokens though it has a text, as a sentence for the user; null for one that can be taken.</summary>
    public string? Problem { get; init; }
}
