namespace BatchInfer.Inference;

/// <summary>Encodes texts one after another. Not thread-safe; whoever created it disposes it.</summary>
internal interface ITextEncoder : IDisposable
{
    /// <summary>Appends the tokens of one input, special tokens included, cut to <paramref name="maxLength"/>.</summary>
    /// <returns>True when it was cut.</returns>
    bool Encode(in TextInput input, int maxLength, TokenBuffer into);
}
