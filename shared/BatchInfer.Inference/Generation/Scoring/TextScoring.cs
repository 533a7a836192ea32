namespace BatchInfer.Inference;

/// <summary>How a model scores texts.</summary>
/// <param name="IsMasked">
/// Whether each token is hidden in turn and scored by what stands around it (pseudo-likelihood of a masked model), rather than
/// by what stands before it.
/// </param>
/// <param name="MaskToken">The token that hides one.</param>
/// <param name="Unscored">Tokens around a text that are not a part of it, for a masked model.</param>
internal sealed record TextScoring(bool IsMasked, int MaskToken, IReadOnlySet<int> Unscored)
{
    public static readonly TextScoring Causal = new(false, 0, new HashSet<int>());
}
