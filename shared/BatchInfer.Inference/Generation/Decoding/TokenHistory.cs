namespace BatchInfer.Inference;

/// <summary>The tokens of one text, the prompt's first, with the log-probabilities of the new ones.</summary>
internal sealed class TokenHistory
{
    private int[] _tokens;
    private float[] _logProbabilities;
    private int _count;
    private readonly int _prompt;

    public TokenHistory(ReadOnlySpan<int> prompt)
    {
        _prompt = _count = prompt.Length;
        _tokens = new int[prompt.Length + 16];
        _logProbabilities = new float[16];
        prompt.CopyTo(_tokens);
    }

    private TokenHistory(TokenHistory other)
    {
        (_prompt, _count) = (other._prompt, other._count);
        _tokens = [.. other._tokens];
        _logProbabilities = [.. other._logProbabilities];
    }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    public ReadOnlySpan<float> LogProbabilities => _logProbabilities.AsSpan(0, _count - _prompt);

    public void Append(int token, float logProbability)
    {
        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, 2 * _count);
            Array.Resize(ref _logProbabilities, _tokens.Length - _prompt);
        }

        _logProbabilities[_count - _prompt] = logProbability;
        _tokens[_count++] = token;
    }

    /// <summary>This text with one more token, as another one.</summary>
    public TokenHistory With(int token, float logProbability)
    {
        var longer = new TokenHistory(this);
        longer.Append(token, logProbability);
        return longer;
    }

    public GeneratedSequence ToSequence(int promptTokens, FinishReason reason) =>
        new([.. Tokens[promptTokens..]], [.. LogProbabilities], reason);
}
