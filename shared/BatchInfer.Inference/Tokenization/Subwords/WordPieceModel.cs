namespace BatchInfer.Inference;

/// <summary>
/// BERT's <c>WordPiece</c>: the longest token that the word begins with, then the longest continuing one, and so on. A word that
/// cannot be cut so is unknown as a whole.
/// </summary>
internal sealed class WordPieceModel : ISubwordModel
{
    private readonly CharTrie _trie;
    private readonly int _unknownId, _maxCharacters;
    private readonly int? _continuing;

    /// <param name="vocabulary">Its tokens.</param>
    /// <param name="unknownId">Id of unknown words.</param>
    /// <param name="continuingPrefix">What a token that does not begin a word begins with.</param>
    /// <param name="maxCharacters">Characters (code points) of the longest word that is cut; a longer one is unknown.</param>
    public WordPieceModel(TokenVocabulary vocabulary, int unknownId, string continuingPrefix, int maxCharacters)
    {
        Vocabulary = vocabulary;
        _trie = new CharTrie(vocabulary.Ids);
        _continuing = _trie.Node(continuingPrefix);
        (_unknownId, _maxCharacters) = (unknownId, maxCharacters);
    }

    public TokenVocabulary Vocabulary { get; }

    public ISubwordSplitter CreateSplitter() => new CachedSplitter(new Splitter(this));

    private void Split(ReadOnlySpan<char> word, SubwordList into)
    {
        int before = into.Count;
        if (word.Length > _maxCharacters && CountCharacters(word) > _maxCharacters)
        {
            into.Append(_unknownId, 0, word.Length);
            return;
        }

        for (int start = 0; start < word.Length;)
        {
            int end = start, found = -1, node = CharTrie.Root;
            if (start > 0) node = _continuing ?? -1;
            for (int at = start; at < word.Length && _trie.TryStep(ref node, word[at], out int id); at++)
                if (id >= 0) (found, end) = (id, at + 1);
            if (found < 0)
            {
                into.Truncate(before);
                into.Append(_unknownId, 0, word.Length);
                return;
            }

            into.Append(found, start, end);
            start = end;
        }
    }

    private static int CountCharacters(ReadOnlySpan<char> word)
    {
        int count = 0;
        foreach (char c in word)
            if (!char.IsLowSurrogate(c)) count++;
        return count;
    }

    private sealed class Splitter(WordPieceModel model) : ISubwordSplitter
    {
        public void Split(ReadOnlySpan<char> word, SubwordList into) => model.Split(word, into);

        public void Dispose()
        {
        }
    }
}
