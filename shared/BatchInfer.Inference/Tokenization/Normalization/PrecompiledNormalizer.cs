using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>SentencePiece's table of replacements (<c>precompiled_charsmap</c>): mostly NFKC with changes of its own.</summary>
/// <remarks>
/// The table is a double-array trie over UTF-8 in 32-bit units, and behind it the replacements, each with a zero behind it. As in the
/// reference a whole character (grapheme) is looked up first when it is short, and any prefix that is found stands for all of it.
/// </remarks>
internal sealed class PrecompiledNormalizer : INormalizer
{
    private const int MaxGraphemeBytes = 6;
    private readonly uint[] _trie;
    private readonly byte[] _replacements;
    private readonly bool[] _isKeptAscii = new bool[128];

    private PrecompiledNormalizer(uint[] trie, byte[] replacements)
    {
        (_trie, _replacements) = (trie, replacements);
        for (int c = 0; c < 128; c++) _isKeptAscii[c] = Find([(byte)c]) < 0;
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PrecompiledNormalizer Read(byte[] table)
    {
        if (table.Length < 4) throw new FormatException("it is shorter than its head");
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(table);
        if (size % 4 != 0 || size > table.Length - 4) throw new FormatException($"its head gives {size} bytes to the trie, of {table.Length} there are");
        var trie = new uint[size / 4];
        for (int i = 0; i < trie.Length; i++) trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(4 + 4 * i));
        return new PrecompiledNormalizer(trie, table[(int)(4 + size)..]);
    }

    public void Normalize(AlignedText text, AlignedText into)
    {
        var chars = text.Chars;
        for (int at = 0; at < chars.Length;)
        {
            // ASCII before ASCII is a character by itself.
            int kept = at;
            while (kept < chars.Length && char.IsAscii(chars[kept]) && _isKeptAscii[chars[kept]] && (kept + 1 == chars.Length || char.IsAscii(chars[kept + 1]))) kept++;
            if (kept > at)
            {
                into.Copy(text, at, kept - at);
                at = kept;
                continue;
            }

            int length = StringInfo.GetNextTextElementLength(chars[at..]);
            if (!TryReplace(text, at, length, into)) ReplaceEach(text, at, length, into);
            at += length;
        }
    }

    private void ReplaceEach(AlignedText text, int start, int length, AlignedText into)
    {
        for (int at = start; at < start + length;)
        {
            int one = char.IsHighSurrogate(text.Chars[at]) && at + 1 < start + length ? 2 : 1;
            if (!TryReplace(text, at, one, into)) into.Copy(text, at, one);
            at += one;
        }
    }

    private bool TryReplace(AlignedText text, int start, int length, AlignedText into)
    {
        Span<byte> utf8 = stackalloc byte[MaxGraphemeBytes];
        Span<char> utf16 = stackalloc char[2];
        if (!Encoding.UTF8.TryGetBytes(text.Chars.Slice(start, length), utf8, out int bytes) || bytes >= MaxGraphemeBytes) return false;
        int found = Find(utf8[..bytes]);
        if (found < 0) return false;
        var replacement = _replacements.AsSpan(found);
        if (replacement.IndexOf((byte)0) is >= 0 and var end) replacement = replacement[..end];

        // Each character stands for the one at its place, those there are too many for the last.
        int at = start, last = start + length - 1;
        while (!replacement.IsEmpty)
        {
            Rune.DecodeFromUtf8(replacement, out var rune, out int consumed);
            into.Append(utf16[..rune.EncodeToUtf16(utf16)], text, Math.Min(at, last));
            at += at < last && char.IsHighSurrogate(text.Chars[at]) ? 2 : 1;
            replacement = replacement[consumed..];
        }

        return true;
    }

    // Where the replacement of the shortest prefix in the table begins, or -1. A broken table ends the search, never the program.
    private int Find(ReadOnlySpan<byte> key)
    {
        if (_trie.Length == 0) return -1;
        uint at = Offset(_trie[0]);
        foreach (byte b in key)
        {
            if (b == 0) return -1;
            at ^= b;
            if (at >= _trie.Length) return -1;
            uint unit = _trie[at];
            if ((unit & 0x800000FF) != b) return -1;
            at ^= Offset(unit);
            if (at >= _trie.Length) return -1;
            if ((unit >> 8 & 1) == 0) continue;
            uint value = _trie[at] & 0x7FFFFFFF;
            return value < _replacements.Length ? (int)value : -1;
        }

        return -1;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & (1 << 9)) >> 6);
}
