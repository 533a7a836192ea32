namespace BatchInfer.Inference;

/// <summary>Pre-tokenisers one after another.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> preTokenizers) : IPreTokenizer
{
    public void Split(TextPieces pieces)
    {
        foreach (var preTokenizer in preTokenizers) preTokenizer.Split(pieces);
    }
}
