namespace BatchInfer.Inference;

/// <summary>Takes white space out of the offsets of byte-level tokens (<c>trim_offsets</c>): <c>Ġthe</c> stands for <c>the</c>.</summary>
/// <param name="prefixSpace">Whether the first token's space was put there by the tokenizer, so that it has no place in the text.</param>
internal sealed class OffsetTrimming(bool prefixSpace)
{
    /// <param name="tokens">Tokens of a text with their details.</param>
    /// <param name="text">The text.</param>
    /// <param name="parts">The tokenizer.</param>
    public void Apply(TokenSequence tokens, ReadOnlySpan<char> text, TokenizerParts parts)
    {
        for (int i = 0; i < tokens.Details.Count; i++)
        {
            ref var detail = ref tokens.Details.MutableSpan[i];
            int id = tokens.Ids.Span[i];

            // An added token has the white space that it took with it.
            var token = parts.AddedById.ContainsKey(id) ? text[detail.Start..detail.End] : parts.Model.Vocabulary.Token(id);
            detail = Trim(detail, token, isFirst: i == 0 || detail.Start == 0);
        }
    }

    private TokenDetail Trim(TokenDetail detail, ReadOnlySpan<char> token, bool isFirst)
    {
        int leading = 0, trailing = 0;
        while (leading < token.Length && IsSpace(token[leading])) leading++;
        if (leading < token.Length)
            while (IsSpace(token[^(trailing + 1)])) trailing++;
        bool isPrefix = leading == 1 && prefixSpace && isFirst, isBlank = leading == token.Length;
        int start = isPrefix ? detail.Start : Math.Min(detail.Start + leading, detail.End);
        return detail with { Start = start, End = isBlank ? start : detail.End >= trailing ? Math.Max(detail.End - trailing, start) : detail.End };
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.Space || char.IsWhiteSpace(c);
}
