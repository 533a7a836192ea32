namespace BatchInfer.Inference;

/// <summary>
/// Byte pair encoding: a word begins as its characters, and the pair that was learnt first is merged, over and over. Byte-level and
/// SentencePiece-style models differ in what comes before it.
/// </summary>
internal sealed class BpeModel : ISubwordModel
{
    // SentencePiece's mark of a space.
    private const char Mark = '\u2581';
    private readonly int[] _characterIds;
    private readonly bool _cutsAtMarks;

    public BpeModel(TokenVocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        (Vocabulary, Merges, Options) = (vocabulary, merges, options);
        Bytes = options.ByteFallback ? new ByteTokens(vocabulary) : null;
        _characterIds = new int[0x10000];
        Array.Fill(_characterIds, -1);
        foreach (var (token, id) in vocabulary.Ids)
            if (token.Length == 1) _characterIds[token[0]] = id;

        // Where no token has a mark behind another character, no merge goes over it, and what stands between marks can be merged by
        // itself: words that can be remembered, in the place of a whole text.
        _cutsAtMarks = _characterIds[Mark] >= 0 && !options.HasAffixes && !options.IgnoreMerges && vocabulary.Ids.Keys.All(HasMarksOnlyInFront);
    }

    public TokenVocabulary Vocabulary { get; }

    public MergeTable Merges { get; }

    public BpeOptions Options { get; }

    public ByteTokens? Bytes { get; }

    public ISubwordSplitter CreateSplitter()
    {
        var splitter = new CachedSplitter(new BpeSplitter(this));
        return _cutsAtMarks ? new MarkedWordSplitter(splitter, Mark) : splitter;
    }

    /// <summary>Id of one character (one or two UTF-16 characters).</summary>
    public bool TryGetCharacter(ReadOnlySpan<char> character, out int id)
    {
        if (character.Length != 1) return Vocabulary.TryGetId(character, out id);
        id = _characterIds[character[0]];
        return id >= 0;
    }

    private static bool HasMarksOnlyInFront(string token)
    {
        int last = token.LastIndexOf(Mark);
        return last < 0 || token.AsSpan(0, last + 1).IndexOfAnyExcept(Mark) < 0;
    }
}
