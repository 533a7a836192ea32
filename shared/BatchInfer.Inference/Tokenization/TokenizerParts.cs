namespace BatchInfer.Inference;

/// <summary>The components of a <c>tokenizer.json</c>, in the order in which a text passes them.</summary>
/// <param name="AddedTokens">Tokens recognised in the text itself.</param>
/// <param name="Normalizer">Rewrites the text; null leaves it.</param>
/// <param name="PreTokenizer">Cuts it into words; null leaves it whole.</param>
/// <param name="Model">Cuts words into tokens.</param>
/// <param name="PostProcessor">Puts special tokens around them.</param>
/// <param name="Decoder">Makes text of them; null puts spaces between.</param>
internal sealed record TokenizerParts(
    IReadOnlyList<AddedToken> AddedTokens, INormalizer? Normalizer, IPreTokenizer? PreTokenizer, ISubwordModel Model,
    PostProcessor PostProcessor, ITokenDecoder? Decoder)
{
    /// <summary>What a token that does not begin a word begins with, or null.</summary>
    public string? ContinuingPrefix { get; init; }

    /// <summary>Added tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedById { get; } = AddedTokens.GroupBy(t => t.Id).ToDictionary(g => g.Key, g => g.Last());

    /// <summary>Finds added tokens in the text as it came.</summary>
    public AddedTokenMatcher Raw { get; } = new(AddedTokens.Where(t => !t.Normalized).Select(t => (t.Content, t)));

    /// <summary>Finds added tokens in the normalised text.</summary>
    public AddedTokenMatcher Normalized { get; } = new(AddedTokens.Where(t => t.Normalized).Select(t => (Normalize(Normalizer, t.Content), t)));

    /// <summary>The token of an id as the file writes it, or null.</summary>
    public string? Token(int id) => AddedById.TryGetValue(id, out var token) ? token.Content : Model.Vocabulary.Token(id);

    private static string Normalize(INormalizer? normalizer, string content)
    {
        if (normalizer is null) return content;
        using AlignedText text = new(), normalized = new();
        text.Reset(content, 0, aligned: false);
        normalized.ResetFrom(text);
        normalizer.Normalize(text, normalized);
        return normalized.Chars.ToString();
    }
}
