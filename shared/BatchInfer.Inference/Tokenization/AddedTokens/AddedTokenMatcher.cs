using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>Finds added tokens such as <c>[MASK]</c> in a text: the leftmost, and of those that start there the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<string> _contents;
    private readonly FrozenDictionary<char, (string Content, AddedToken Token)[]> _byFirstChar;

    /// <param name="tokens">Tokens, each with the text to look for.</param>
    public AddedTokenMatcher(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        _byFirstChar = tokens.Where(t => t.Content.Length > 0).GroupBy(t => t.Content[0])
            .ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(t => t.Content.Length).ToArray());
        _contents = SearchValues.Create([.. _byFirstChar.Values.SelectMany(t => t).Select(t => t.Content)], StringComparison.Ordinal);
    }

    public bool IsEmpty => _byFirstChar.Count == 0;

    /// <summary>Finds the next token at or after <paramref name="from"/>, and the part of the text that it takes.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, out TextSpan span, out AddedToken? token)
    {
        for (int at = from; at < text.Length && text[at..].IndexOfAny(_contents) is >= 0 and var skipped;)
        {
            int start = at + skipped;
            (string content, token) = Longest(text, start);
            at = start + content.Length;

            // One that must be a word and is not hides the shorter ones in it, as in the reference.
            if (token.SingleWord && (EndsInWord(text[..start]) || BeginsWithWord(text[at..]))) continue;
            int end = at;
            if (token.StripLeft)
                while (start > from && char.IsWhiteSpace(text[start - 1])) start--;
            if (token.StripRight)
                while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
            span = new TextSpan(start, end);
            return true;
        }

        (span, token) = (default, null);
        return false;
    }

    private (string Content, AddedToken Token) Longest(ReadOnlySpan<char> text, int start)
    {
        foreach (var candidate in _byFirstChar[text[start]])
            if (text[start..].StartsWith(candidate.Content, StringComparison.Ordinal)) return candidate;
        throw new InvalidOperationException("The search found a token that is none.");
    }

    private static bool EndsInWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWordCharacter(rune);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWordCharacter(rune);

    private static bool IsWordCharacter(Rune rune) => Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        || rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) || UnicodeScripts.IsLetteredSymbol(rune.Value);
}
