namespace BatchInfer.Inference;

/// <summary>Puts special tokens around texts.</summary>
/// <param name="Single">Around one.</param>
/// <param name="Pair">Around the two of a pair.</param>
/// <param name="Trimming">Takes white space out of offsets first; null leaves it.</param>
internal sealed record PostProcessor(SpecialTokenTemplate Single, SpecialTokenTemplate Pair, OffsetTrimming? Trimming = null)
{
    /// <summary>Nothing is put around texts: type 0 for the first, 1 for the second.</summary>
    public static readonly PostProcessor None = new(
        new SpecialTokenTemplate([TemplatePiece.First(0)]), new SpecialTokenTemplate([TemplatePiece.First(0), TemplatePiece.Second(1)]));

    private readonly SpecialTokenTemplate _bareSingle = Single.WithoutSpecialTokens(), _barePair = Pair.WithoutSpecialTokens();

    /// <param name="isPair">Whether there are two texts.</param>
    /// <param name="specialTokens">Whether special tokens are wanted; without, the texts keep their order and types.</param>
    public SpecialTokenTemplate For(bool isPair, bool specialTokens) =>
        specialTokens ? (isPair ? Pair : Single) : (isPair ? _barePair : _bareSingle);
}
