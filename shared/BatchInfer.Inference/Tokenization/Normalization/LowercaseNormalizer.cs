using System.Text;

namespace BatchInfer.Inference;

/// <summary>Lower case, character by character, whatever the language.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into)
    {
        var chars = text.Chars;
        for (int at = 0; at < chars.Length;)
        {
            Rune.DecodeFromUtf16(chars[at..], out var rune, out int length);
            AppendLower(rune, text, at, into);
            at += length;
        }
    }

    public static void AppendLower(Rune rune, AlignedText text, int at, AlignedText into)
    {
        if (rune.Value == 0x130)
        {
            // The only character whose lower case is two.
            into.Append("i\u0307", text, at);
            return;
        }

        Span<char> utf16 = stackalloc char[2];
        into.Append(utf16[..Rune.ToLowerInvariant(rune).EncodeToUtf16(utf16)], text, at);
    }
}
