using System.Globalization;

namespace BatchInfer.Inference;

/// <summary>The tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> that stand for bytes of characters which a vocabulary lacks.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];

    public ByteTokens(TokenVocabulary vocabulary)
    {
        for (int b = 0; b < 256; b++) _ids[b] = vocabulary.Id(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")) ?? -1;
    }

    /// <summary>Appends the bytes of some characters as tokens, all or none of them.</summary>
    public bool TryAppend(ReadOnlySpan<char> characters, int start, int end, SubwordList into)
    {
        int before = into.Count;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in characters.EnumerateRunes())
            foreach (byte b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (_ids[b] < 0)
                {
                    into.Truncate(before);
                    return false;
                }

                into.Append(_ids[b], start, end);
            }

        return true;
    }
}
