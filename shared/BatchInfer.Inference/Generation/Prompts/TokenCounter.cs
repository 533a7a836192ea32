namespace BatchInfer.Inference;

/// <summary>Counts tokens as a model's tokenizer does. For one thread at a time; whoever creates it disposes it.</summary>
public sealed class TokenCounter : IDisposable
{
    private readonly TextEncoder _encoder;
    private readonly TokenBuffer _tokens = new();

    /// <param name="package">The model.</param>
    /// <exception cref="ModelFormatException">Its tokenizer cannot be used.</exception>
    public TokenCounter(ModelPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        _encoder = TextTokenizer.Load(package.Directory).CreateEncoder();
    }

    /// <summary>Tokens of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether those count that the tokenizer puts around it.</param>
    public int Count(string text, bool addSpecialTokens)
    {
        _tokens.Clear();
        _encoder.Encode(new TextInput(text, null), EncodeOptions.Whole with { AddSpecialTokens = addSpecialTokens }, _tokens);
        return _tokens.Count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tokens.Dispose();
        _encoder.Dispose();
    }
}
