namespace BatchInfer.Inference;

/// <summary>Takes white space out of the offsets of byte-level tokens (<c>trim_offsets</c>): <c>Ġthe</c> stands for <c>the</c>.</summary>
/// <param name="prefixSpace">Whether the first token's space was put there by the tokenizer, so that it has no place in the text.</param>
internal sealed class OffsetTrimming(bool prefixSpace)
{
    public void Apply(TokenSequence tokens, Func<int, string?> token)
    {
        for (int i = 0; i < tokens.Details.Count; i++)
        {
            ref var detail = ref tokens.Details.MutableSpan[i];
            if (token(tokens.Ids.Span[i]) is not { } text) continue;
            int leading = 0, trailing = 0;
            while (leading < text.Length && IsSpace(text[leading])) leading++;
            while (trailing < text.Length && IsSpace(text[^(trailing + 1)])) trailing++;
            if (leading > 0 && prefixSpace && (i == 0 || detail.Start == 0)) leading--;
            int start = Math.Min(detail.Start + leading, detail.End);
            detail = detail with { Start = start, End = detail.End >= trailing ? Math.Max(detail.End - trailing, start) : detail.End };
        }
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.Space || char.IsWhiteSpace(c);
}
