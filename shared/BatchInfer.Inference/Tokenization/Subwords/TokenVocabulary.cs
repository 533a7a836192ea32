namespace BatchInfer.Inference;

/// <summary>Tokens and their ids, which may have holes.</summary>
internal sealed class TokenVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly string?[] _tokens;

    /// <param name="ids">Ids by token, from 0.</param>
    public TokenVocabulary(Dictionary<string, int> ids)
        : this(ids, new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1])
    {
        foreach (var (token, id) in ids) _tokens[id] = token;
    }

    /// <param name="ids">Ids by token.</param>
    /// <param name="tokens">Tokens by id, of which several may be the same.</param>
    public TokenVocabulary(Dictionary<string, int> ids, string?[] tokens)
    {
        (_ids, _tokens) = (ids, tokens);
        _idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Count => _ids.Count;

    public IReadOnlyDictionary<string, int> Ids => _ids;

    public string? Token(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    public int? Id(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public bool TryGetId(ReadOnlySpan<char> token, out int id) => _idsBySpan.TryGetValue(token, out id);
}
