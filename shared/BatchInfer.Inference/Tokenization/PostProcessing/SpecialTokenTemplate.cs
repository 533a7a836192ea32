namespace BatchInfer.Inference;

/// <summary>Where special tokens and the texts stand in an input, e.g. <c>[CLS] A [SEP] B [SEP]</c>, with their type ids.</summary>
internal sealed class SpecialTokenTemplate(IReadOnlyList<TemplatePiece> pieces)
{
    public IReadOnlyList<TemplatePiece> Pieces => pieces;

    /// <summary>How many tokens it adds.</summary>
    public int SpecialTokens { get; } = pieces.Sum(p => p.SpecialIds.Length);

    public SpecialTokenTemplate WithoutSpecialTokens() => new([.. pieces.Where(p => p.Kind != TemplatePieceKind.Special)]);
}
