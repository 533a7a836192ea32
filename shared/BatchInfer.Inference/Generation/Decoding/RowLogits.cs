namespace BatchInfer.Inference;

/// <summary>Logits of the last tokens of some rows.</summary>
/// <param name="values">Logits [tensor rows, tokens, vocabulary].</param>
/// <param name="tokens">Tokens of each row that have logits; the last one's count.</param>
/// <param name="vocabulary">Logits of a token.</param>
/// <param name="places">Where in the tensor each row stands.</param>
internal readonly ref struct RowLogits(ReadOnlySpan<float> values, int tokens, int vocabulary, ReadOnlySpan<int> places)
{
    private readonly ReadOnlySpan<float> _values = values;
    private readonly ReadOnlySpan<int> _places = places;

    public ReadOnlySpan<float> this[int row] => _values.Slice(((_places[row] + 1) * tokens - 1) * vocabulary, vocabulary);

    /// <summary>The rows from <paramref name="first"/> on.</summary>
    public RowLogits From(int first) => new(_values, tokens, vocabulary, _places[first..]);
}
