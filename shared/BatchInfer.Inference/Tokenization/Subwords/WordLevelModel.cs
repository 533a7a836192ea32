namespace BatchInfer.Inference;

/// <summary><c>WordLevel</c>: each word is a token, or unknown.</summary>
internal sealed class WordLevelModel(TokenVocabulary vocabulary, int unknownId) : ISubwordModel, ISubwordSplitter
{
    public TokenVocabulary Vocabulary => vocabulary;

    public ISubwordSplitter CreateSplitter() => this;

    public void Split(ReadOnlySpan<char> word, SubwordList into) =>
        into.Append(vocabulary.TryGetId(word, out int id) ? id : unknownId, 0, word.Length);

    public void Dispose()
    {
    }
}
