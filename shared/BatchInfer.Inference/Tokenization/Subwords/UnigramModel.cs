namespace BatchInfer.Inference;

/// <summary>SentencePiece's <c>Unigram</c>: of all ways to cut a word into tokens the one of the highest score.</summary>
internal sealed class UnigramModel : ISubwordModel
{
    // How much worse than the worst token an unknown character is.
    private const double UnknownPenalty = 10;

    /// <param name="vocabulary">Its tokens.</param>
    /// <param name="scores">Logarithm of each token's probability, by id.</param>
    /// <param name="unknownId">Id of unknown characters, or null where there must be none.</param>
    /// <param name="byteFallback">Whether unknown characters are written as their bytes.</param>
    public UnigramModel(TokenVocabulary vocabulary, double[] scores, int? unknownId, bool byteFallback)
    {
        (Vocabulary, Scores, UnknownId) = (vocabulary, scores, unknownId);
        Trie = new CharTrie(vocabulary.Ids);
        Bytes = byteFallback ? new ByteTokens(vocabulary) : null;
        UnknownScore = scores.DefaultIfEmpty(0).Min() - UnknownPenalty;
    }

    public TokenVocabulary Vocabulary { get; }

    public double[] Scores { get; }

    public int? UnknownId { get; }

    public double UnknownScore { get; }

    public CharTrie Trie { get; }

    public ByteTokens? Bytes { get; }

    public ISubwordSplitter CreateSplitter() => new CachedSplitter(new UnigramSplitter(this));
}
