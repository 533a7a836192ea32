using System.Globalization;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>Hugging Face's <c>BertNormalizer</c>.</summary>
/// <remarks>
/// Not the library's: that one strips accents through <see cref="string.Normalize()"/>, which does nothing where globalization is
/// invariant, and a text must have the same tokens on every machine, whatever ICU it has.
/// </remarks>
internal sealed class BertNormalizer(bool cleanText, bool handleChineseChars, bool stripAccents, bool lowercase) : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into)
    {
        var chars = text.Chars;
        for (int at = 0; at < chars.Length;)
        {
            char c = chars[at];
            if (c is >= ' ' and < '\u007F')
            {
                into.Append(lowercase && c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c, text, at++);
                continue;
            }

            Rune.DecodeFromUtf16(chars[at..], out var rune, out int length);
            NormalizeRune(rune, text, at, into);
            at += length;
        }
    }

    private void NormalizeRune(Rune rune, AlignedText text, int at, AlignedText into)
    {
        if (cleanText)
        {
            if (IsRemoved(rune)) return;
            if (Rune.IsWhiteSpace(rune))
            {
                into.Append(' ', text, at);
                return;
            }
        }

        // U+F900 and its like are decomposed, but still stand alone.
        bool alone = handleChineseChars && IsChinese(rune.Value);
        if (alone) into.Append(' ', text, at);
        if (!stripAccents) AppendLower(rune, text, at, into);
        else if (AccentFolding.TryFold(rune.Value, out var folded))
            foreach (var part in folded.EnumerateRunes()) AppendLower(part, text, at, into);
        else if (AccentFolding.IsHangulSyllable(rune.Value)) AccentFolding.AppendJamo(rune.Value, text, at, into);
        else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark) AppendLower(rune, text, at, into);
        if (alone) into.Append(' ', text, at);
    }

    private void AppendLower(Rune rune, AlignedText text, int at, AlignedText into)
    {
        if (lowercase && rune.Value == 0x130)
        {
            // The only character whose lower case is two.
            into.Append("i\u0307", text, at);
            return;
        }

        if (lowercase) rune = Rune.ToLowerInvariant(rune);
        Span<char> utf16 = stackalloc char[2];
        into.Append(utf16[..rune.EncodeToUtf16(utf16)], text, at);
    }

    private static bool IsRemoved(Rune rune) => rune.Value switch
    {
        '\t' or '\n' or '\r' => false,
        0xFFFD => true,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate,
    };

    // The ranges of Hugging Face's tokenizers, 2B920 for 2B820 included: models were trained with it.
    private static bool IsChinese(int c) => c >= 0x3400 && c switch
    {
        <= 0x4DBF => true,
        >= 0x4E00 and <= 0x9FFF => true,
        >= 0xF900 and <= 0xFAFF => true,
        >= 0x20000 and <= 0x2A6DF => true,
        >= 0x2A700 and <= 0x2B73F => true,
        >= 0x2B740 and <= 0x2B81F => true,
        >= 0x2B920 and <= 0x2CEAF => true,
        >= 0x2F800 and <= 0x2FA1F => true,
        _ => false,
    };
}
