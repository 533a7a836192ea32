using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>Finds added tokens such as <c>[MASK]</c> in a text: the leftmost, and of those that start there the longest.</summary>
/// <remarks>White space that a token takes with it (<c>lstrip</c>, <c>rstrip</c>) separates words anyway and needs no care here.</remarks>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<string> _contents;
    private readonly FrozenDictionary<char, AddedToken[]> _byFirstChar;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        _byFirstChar = tokens.GroupBy(t => t.Content[0])
            .ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(t => t.Content.Length).ToArray());
        _contents = SearchValues.Create([.. _byFirstChar.Values.SelectMany(t => t).Select(t => t.Content)], StringComparison.Ordinal);
    }

    public bool IsEmpty => _byFirstChar.Count == 0;

    /// <summary>Finds the next token at or after <paramref name="from"/>.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, out int start, out AddedToken token)
    {
        while (from < text.Length && text[from..].IndexOfAny(_contents) is >= 0 and var at)
        {
            start = from + at;
            foreach (var candidate in _byFirstChar[text[start]])
                if (text[start..].StartsWith(candidate.Content, StringComparison.Ordinal) && IsAllowed(candidate, text, start))
                {
                    token = candidate;
                    return true;
                }

            from = start + 1;
        }

        (start, token) = (-1, default);
        return false;
    }

    private static bool IsAllowed(AddedToken token, ReadOnlySpan<char> text, int start)
    {
        if (!token.SingleWord) return true;
        int end = start + token.Content.Length;
        return !(Rune.DecodeLastFromUtf16(text[..start], out var before, out _) == OperationStatus.Done && IsWordCharacter(before))
            && !(Rune.DecodeFromUtf16(text[end..], out var after, out _) == OperationStatus.Done && IsWordCharacter(after));
    }

    private static bool IsWordCharacter(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_';
}
