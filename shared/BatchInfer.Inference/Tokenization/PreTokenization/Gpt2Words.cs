using System.Text;

namespace BatchInfer.Inference;

/// <summary>
/// What GPT-2's expression <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> finds, without an engine
/// for expressions, which takes several times as long.
/// </summary>
internal static class Gpt2Words
{
    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <summary>Where the word that begins at a place ends.</summary>
    public static int EndOfWord(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is > 0 and var suffix) return start + 1 + suffix;
        int at = start;
        var kind = KindAt(text, at, out int length);
        if (text[start] == ' ' && start + 1 < text.Length && KindAt(text, start + 1, out int next) is not Kind.Space and var follows)
        {
            at = start + 1;
            (kind, length) = (follows, next);
        }

        int last = at;
        for (at += length; at < text.Length && KindAt(text, at, out length) == kind; at += length) last = at;

        // Of several spaces the last one goes to the word behind them.
        return kind == Kind.Space && at < text.Length && last > start ? last : at;
    }

    private static int Contraction(ReadOnlySpan<char> rest) =>
        rest.IsEmpty ? 0
        : rest[0] is 's' or 't' or 'm' or 'd' ? 1
        : rest.StartsWith("re") || rest.StartsWith("ve") || rest.StartsWith("ll") ? 2
        : 0;

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int length)
    {
        char c = text[at];
        length = 1;
        if (char.IsAscii(c))
            return char.IsAsciiLetter(c) ? Kind.Letter : c is ' ' or (>= '\t' and <= '\r') ? Kind.Space : char.IsAsciiDigit(c) ? Kind.Number : Kind.Other;
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        return Rune.IsLetter(rune) ? Kind.Letter : Rune.IsNumber(rune) ? Kind.Number : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
    }
}
