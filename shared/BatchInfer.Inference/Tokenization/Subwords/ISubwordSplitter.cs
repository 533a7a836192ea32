namespace BatchInfer.Inference;

/// <summary>Cuts words into tokens, one word after another. Not thread-safe; whoever creates it disposes it.</summary>
internal interface ISubwordSplitter : IDisposable
{
    /// <summary>Appends the tokens of one word.</summary>
    void Split(ReadOnlySpan<char> word, SubwordList into);
}
