namespace BatchInfer.Inference;

/// <summary>Puts special tokens around texts.</summary>
/// <param name="Single">Around one.</param>
/// <param name="Pair">Around the two of a pair.</param>
internal sealed record PostProcessor(SpecialTokenTemplate Single, SpecialTokenTemplate Pair)
{
    /// <summary>Around texts without special tokens: type 0 for the first, 1 for the second.</summary>
    public static readonly PostProcessor None = new(
        new SpecialTokenTemplate([TemplatePiece.First(0)]), new SpecialTokenTemplate([TemplatePiece.First(0), TemplatePiece.Second(1)]));

    /// <summary>Highest id of a special token, or -1.</summary>
    public int MaxTokenId => Single.Pieces.Concat(Pair.Pieces).SelectMany(p => p.SpecialIds).DefaultIfEmpty(-1).Max();

    public SpecialTokenTemplate For(bool isPair) => isPair ? Pair : Single;
}
