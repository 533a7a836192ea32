using System.Text;

namespace BatchInfer.Inference;

/// <summary>Hugging Face's <c>BertNormalizer</c>.</summary>
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
            if (UnicodeTables.Controls.Contains(rune.Value)) return;
            if (Rune.IsWhiteSpace(rune))
            {
                into.Append(' ', text, at);
                return;
            }
        }

        // U+F900 and its like are decomposed, but still stand alone.
        bool alone = handleChineseChars && IsChinese(rune.Value);
        if (alone) into.Append(' ', text, at);
        if (!stripAccents) Append(rune, text, at, into);
        else AppendFolded(rune, text, at, into);
        if (alone) into.Append(' ', text, at);
    }

    // Decomposed, the accents left out: é to e.
    private void AppendFolded(Rune rune, AlignedText text, int at, AlignedText into)
    {
        Span<char> letters = stackalloc char[3];
        if (HangulSyllables.Contains(rune.Value)) into.Append(letters[..HangulSyllables.Decompose(rune.Value, letters)], text, at);
        else if (!UnicodeTables.TryDecompose(rune.Value, compatible: false, out var parts)) AppendUnlessAccent(rune, text, at, into);
        else
            foreach (var part in parts.EnumerateRunes()) AppendUnlessAccent(part, text, at, into);
    }

    private void AppendUnlessAccent(Rune rune, AlignedText text, int at, AlignedText into)
    {
        if (!UnicodeTables.NonspacingMarks.Contains(rune.Value)) Append(rune, text, at, into);
    }

    private void Append(Rune rune, AlignedText text, int at, AlignedText into)
    {
        if (lowercase)
        {
            LowercaseNormalizer.AppendLower(rune, text, at, into);
            return;
        }

        Span<char> utf16 = stackalloc char[2];
        into.Append(utf16[..rune.EncodeToUtf16(utf16)], text, at);
    }

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
