using System.Text;

namespace BatchInfer.Inference;

/// <summary>GPT-2's printable character for each byte: ASCII as it is, a space as <c>Ġ</c>.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOf = Build();
    private static readonly short[] ByteOf = Invert();

    /// <summary>What a space is written as.</summary>
    public const char Space = '\u0120';

    /// <summary>Appends a part of a text, each byte of its UTF-8 as a character.</summary>
    public static void Append(AlignedText text, int start, int end, AlignedText into)
    {
        var chars = text.Chars;
        Span<byte> utf8 = stackalloc byte[4];
        Span<char> written = stackalloc char[4];
        for (int at = start; at < end;)
        {
            if (char.IsAscii(chars[at]))
            {
                into.Append(CharOf[chars[at]], text, at++);
                continue;
            }

            Rune.DecodeFromUtf16(chars[at..end], out var rune, out int length);
            int bytes = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < bytes; i++) written[i] = CharOf[utf8[i]];
            into.Append(written[..bytes], text, at);
            at += length;
        }
    }

    /// <summary>The byte that a character stands for, or -1.</summary>
    public static int Byte(char c) => c < ByteOf.Length ? ByteOf[c] : -1;

    private static char[] Build()
    {
        var chars = new char[256];
        char next = '\u0100';
        for (int b = 0; b < 256; b++) chars[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : next++;
        return chars;
    }

    private static short[] Invert()
    {
        var bytes = new short[CharOf.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (short b = 0; b < 256; b++) bytes[CharOf[b]] = b;
        return bytes;
    }
}
