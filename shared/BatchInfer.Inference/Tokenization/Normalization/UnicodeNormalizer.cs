using System.Text;

namespace BatchInfer.Inference;

/// <summary>Unicode's normalisation forms: NFD, NFC, NFKD, NFKC.</summary>
/// <param name="compatible">Whether compatibility characters are replaced too (the K forms).</param>
/// <param name="compose">Whether what was decomposed is composed again (the C forms).</param>
internal sealed class UnicodeNormalizer(bool compatible, bool compose) : INormalizer
{
    // As many as scripts put on a letter: sorting them by insertion is quicker than counting.
    private const int FewMarks = 16;

    [ThreadStatic] private static PooledBuffer<Item>? _scratch;

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

        var scratch = _scratch ??= new PooledBuffer<Item>();
        scratch.Clear();
        Decompose(chars, scratch);
        SortMarks(scratch.MutableSpan);
        int count = compose ? Compose(scratch.MutableSpan) : scratch.Count;
        Write(scratch.Span[..count], text, into);
    }

    private void Decompose(ReadOnlySpan<char> chars, PooledBuffer<Item> into)
    {
        Span<char> letters = stackalloc char[3];
        for (int at = 0; at < chars.Length;)
        {
            Rune.DecodeFromUtf16(chars[at..], out var rune, out int length);
            at += length;
            if (rune.Value <= 0x9F) into.Append(new Item(rune.Value, 1));
            else if (HangulSyllables.Contains(rune.Value)) Append(letters[..HangulSyllables.Decompose(rune.Value, letters)], into);
            else if (UnicodeTables.TryDecompose(rune.Value, compatible, out var decomposed)) Append(decomposed, into);
            else into.Append(new Item(rune.Value, 1));
        }
    }

    private static void Append(ReadOnlySpan<char> decomposed, PooledBuffer<Item> into)
    {
        int taken = 1;
        foreach (var part in decomposed.EnumerateRunes())
        {
            into.Append(new Item(part.Value, taken));
            taken = 0;
        }
    }

    // Marks after one character stand by their class, equal ones as they came.
    private static void SortMarks(Span<Item> text)
    {
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = start;
            while (end < text.Length && UnicodeTables.CombiningClass(text[end].CodePoint) != 0) end++;
            var marks = text[start..end];
            if (marks.Length <= FewMarks) SortFew(marks);
            else SortMany(marks);
        }
    }

    private static void SortFew(Span<Item> marks)
    {
        for (int i = 1; i < marks.Length; i++)
        {
            var mark = marks[i];
            byte order = UnicodeTables.CombiningClass(mark.CodePoint);
            int to = i;
            for (; to > 0 && UnicodeTables.CombiningClass(marks[to - 1].CodePoint) > order; to--) marks[to] = marks[to - 1];
            marks[to] = mark;
        }
    }

    // A text may be nothing but marks: they are counted by class, and each goes to its place at once.
    private static void SortMany(Span<Item> marks)
    {
        Span<int> places = stackalloc int[byte.MaxValue + 1];
        places.Clear();
        foreach (var mark in marks) places[UnicodeTables.CombiningClass(mark.CodePoint)]++;
        int next = 0;
        foreach (ref int place in places) (place, next) = (next, next + place);
        using var sorted = new PooledSpan<Item>(marks.Length);
        foreach (var mark in marks) sorted.Span[places[UnicodeTables.CombiningClass(mark.CodePoint)]++] = mark;
        sorted.Span.CopyTo(marks);
    }

    private static int Compose(Span<Item> text)
    {
        int count = 0, starter = -1, lastClass = 0;
        foreach (var item in text)
        {
            int order = UnicodeTables.CombiningClass(item.CodePoint);

            // A mark composes with the character before it unless one of its own class, or a character, stands between.
            bool adjoins = starter >= 0 && (count == starter + 1 || (order != 0 && lastClass < order));
            if (adjoins && TryCompose(text[starter].CodePoint, item.CodePoint, out int composed))
            {
                text[starter] = new Item(composed, text[starter].Taken + item.Taken);
                continue;
            }

            if (order == 0) starter = count;
            lastClass = order;
            text[count++] = item;
        }

        return count;
    }

    // Each takes its characters where the one before it left off, and stands for the first of them, as in the reference.
    private static void Write(ReadOnlySpan<Item> items, AlignedText text, AlignedText into)
    {
        Span<char> utf16 = stackalloc char[2];
        int next = 0, last = 0;
        foreach (var (codePoint, taken) in items)
        {
            int at = taken > 0 ? next : last;
            into.Append(utf16[..new Rune(codePoint).EncodeToUtf16(utf16)], text, at);
            for (int i = 0; i < taken; i++)
            {
                last = next;
                next += char.IsHighSurrogate(text.Chars[next]) ? 2 : 1;
            }
        }
    }

    private static bool TryCompose(int first, int second, out int composed) =>
        HangulSyllables.TryCompose(first, second, out composed) || UnicodeTables.TryCompose(first, second, out composed);

    // A code point, and how many of the original text's it takes the place of.
    private readonly record struct Item(int CodePoint, int Taken);
}
