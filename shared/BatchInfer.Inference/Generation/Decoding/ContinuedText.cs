namespace BatchInfer.Inference;

/// <summary>The text of tokens that go on with others. Shared by all threads.</summary>
/// <param name="tokenizer">Tokenizer of the texts that are written.</param>
/// <param name="isEncoderDecoder">Whether a text is written by itself rather than as the continuation of its prompt.</param>
internal sealed class ContinuedText(TextTokenizer tokenizer, bool isEncoderDecoder)
{
    /// <summary>Whether tokens before the first new one are part of the text that is gone on with.</summary>
    public bool GoesOnWithPrompt => !isEncoderDecoder;

    /// <summary>Whether a token is left out of texts.</summary>
    public bool IsSpecial(int token) => tokenizer.IsSpecial(token);

    /// <summary>The text of some tokens by themselves.</summary>
    public string Of(ReadOnlySpan<int> tokens) => tokenizer.Decode(tokens, skipSpecialTokens: true);

    /// <summary>The text of some tokens as it stands behind others.</summary>
    /// <param name="before">The others; those of a prompt count only where it is gone on with.</param>
    /// <param name="tokens">The tokens.</param>
    public string After(ReadOnlySpan<int> before, ReadOnlySpan<int> tokens)
    {
        if (before.IsEmpty) return Of(tokens);
        // With the others before it: some tokenizers drop the space before the first word of what they decode.
        string known = Of(before), whole = Of([.. before, .. tokens]);
        return whole.StartsWith(known, StringComparison.Ordinal) ? whole[known.Length..] : Of(tokens);
    }

    /// <summary>The text of what was written for a prompt, as it is stored.</summary>
    /// <param name="prompt">Tokens of the prompt, or those that an encoder–decoder starts with.</param>
    /// <param name="written">The new tokens.</param>
    public string Answer(ReadOnlySpan<int> prompt, ReadOnlySpan<int> written) => After(GoesOnWithPrompt ? prompt : [], written);
}
