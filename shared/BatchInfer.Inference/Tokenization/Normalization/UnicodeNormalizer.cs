using System.Text;

namespace BatchInfer.Inference;

/// <summary>Unicode's normalisation forms: NFD, NFC, NFKD, NFKC.</summary>
/// <param name="compatible">Whether compatibility characters are replaced too (the K forms).</param>
/// <param name="compose">Whether what was decomposed is composed again (the C forms).</param>
internal sealed class UnicodeNormalizer(bool compatible, bool compose) : INormalizer
{
    [ThreadStatic] private static PooledBuffer<(int CodePoint, int At)>? _scratch;

    // Below it no character changes, and none composes with another below it.
    private readonly char _lastUnchanged = compatible ? '\u009F' : compose ? '\u02FF' : '\u00BF';

    public void Normalize(AlignedText text, AlignedText into)
    {
        var chars = text.Chars;
        if (chars.IndexOfAnyExceptInRange('\0', _lastUnchanged) < 0)
        {
            into.Copy(text, 0, chars.Length);
            return;
        }

        var scratch = _scratch ??= new PooledBuffer<(int CodePoint, int At)>();
        scratch.Clear();
        Decompose(chars, scratch);
        SortMarks(scratch.MutableSpan);
        int count = compose ? Compose(scratch.MutableSpan) : scratch.Count;
        Span<char> utf16 = stackalloc char[2];
        foreach (var (codePoint, at) in scratch.Span[..count]) into.Append(utf16[..new Rune(codePoint).EncodeToUtf16(utf16)], text, at);
    }

    private void Decompose(ReadOnlySpan<char> chars, PooledBuffer<(int CodePoint, int At)> into)
    {
        Span<char> letters = stackalloc char[3];
        for (int at = 0; at < chars.Length;)
        {
            Rune.DecodeFromUtf16(chars[at..], out var rune, out int length);
            if (rune.Value <= 0x9F)
                into.Append((rune.Value, at));
            else if (HangulSyllables.Contains(rune.Value))
                foreach (char letter in letters[..HangulSyllables.Decompose(rune.Value, letters)]) into.Append((letter, at));
            else if (UnicodeTables.TryDecompose(rune.Value, compatible, out var decomposed))
                foreach (var part in decomposed.EnumerateRunes()) into.Append((part.Value, at));
            else
                into.Append((rune.Value, at));
            at += length;
        }
    }

    // Marks after one character stand by their class, equal ones as they came. Only the marks move: the places they stand for
    // stay in order.
    private static void SortMarks(Span<(int CodePoint, int At)> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            int mark = text[i].CodePoint;
            byte order = UnicodeTables.CombiningClass(mark);
            if (order == 0) continue;
            int to = i;
            for (; to > 0 && UnicodeTables.CombiningClass(text[to - 1].CodePoint) > order; to--) text[to].CodePoint = text[to - 1].CodePoint;
            text[to].CodePoint = mark;
        }
    }

    private static int Compose(Span<(int CodePoint, int At)> text)
    {
        int count = 0, starter = -1, lastClass = 0;
        foreach (var (codePoint, at) in text)
        {
            int order = UnicodeTables.CombiningClass(codePoint);

            // A mark composes with the character before it unless one of its own class, or a character, stands between.
            bool adjoins = starter >= 0 && (count == starter + 1 || (order != 0 && lastClass < order));
            if (adjoins && TryCompose(text[starter].CodePoint, codePoint, out int composed))
            {
                text[starter].CodePoint = composed;
                continue;
            }

            if (order == 0) starter = count;
            lastClass = order;
            text[count++] = (codePoint, at);
        }

        return count;
    }

    private static bool TryCompose(int first, int second, out int composed) =>
        HangulSyllables.TryCompose(first, second, out composed) || UnicodeTables.TryCompose(first, second, out composed);
}
