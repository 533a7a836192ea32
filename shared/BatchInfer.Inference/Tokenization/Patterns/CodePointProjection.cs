using System.Globalization;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>Writes text with one UTF-16 character for each code point: those beyond U+FFFF by one of the same properties.</summary>
/// <param name="isNamed">Whether the pattern names a character itself, so that it can stand for no other.</param>
internal sealed class CodePointProjection(Func<char, bool> isNamed)
{
    // For each category characters below U+10000 that belong to it and have no case; the first that the pattern does not name stands
    // for all of the category beyond.
    private static readonly Dictionary<UnicodeCategory, string> Candidates = new()
    {
        [UnicodeCategory.UppercaseLetter] = "\u10A0\u13A0\u03D2", [UnicodeCategory.LowercaseLetter] = "\u1D00\u0221\u1D6B", [UnicodeCategory.TitlecaseLetter] = "\u1F88\u01C5",
        [UnicodeCategory.ModifierLetter] = "\u10FC\u0E46", [UnicodeCategory.OtherLetter] = "\uA000\u1200\u0E01", [UnicodeCategory.NonSpacingMark] = "\u0E31\u0ACD",
        [UnicodeCategory.SpacingCombiningMark] = "\u0A03\u0B83\u0903", [UnicodeCategory.EnclosingMark] = "\u0488\u20DD", [UnicodeCategory.DecimalDigitNumber] = "\u0E50\u0ED0",
        [UnicodeCategory.LetterNumber] = "\u16EE\u2170", [UnicodeCategory.OtherNumber] = "\u2776\u0F2A", [UnicodeCategory.DashPunctuation] = "\u058A\u1400",
        [UnicodeCategory.OpenPunctuation] = "\u27E6\u2983", [UnicodeCategory.ClosePunctuation] = "\u27E7\u2984", [UnicodeCategory.OtherPunctuation] = "\u0E4F\u0F04",
        [UnicodeCategory.MathSymbol] = "\u2200\u2A00", [UnicodeCategory.CurrencySymbol] = "\u20A0\u0E3F", [UnicodeCategory.ModifierSymbol] = "\u02C2\u1FBD",
        [UnicodeCategory.OtherSymbol] = "\u2300\u2500\u2801", [UnicodeCategory.Format] = "\u2061\u2062", [UnicodeCategory.PrivateUse] = "\uE000\uF8FF",
        [UnicodeCategory.OtherNotAssigned] = "\u0378\u0379",
    };

    private const string HanCandidates = "\u3400\u4DBF\uFA6D\u4E00", LetteredSymbolCandidates = "\u24B6\u24E9", HiraganaCandidates = "\u3041\u3096", KatakanaCandidates = "\u30A1\u30FA";

    /// <param name="text">The text; it has whole surrogate pairs only.</param>
    /// <param name="projected">Takes one character for each code point.</param>
    /// <param name="positions">Takes where each begins in the text, and the text's length behind the last.</param>
    public void Project(ReadOnlySpan<char> text, PooledBuffer<char> projected, PooledBuffer<int> positions)
    {
        projected.Clear();
        positions.Clear();
        for (int at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out int length);
            projected.Append(length == 1 ? text[at] : Stand(rune.Value));
            positions.Append(at);
            at += length;
        }

        positions.Append(text.Length);
    }

    private char Stand(int codePoint)
    {
        string candidates =
            UnicodeScripts.Han.Contains(codePoint) ? HanCandidates
            : UnicodeScripts.Hiragana.Contains(codePoint) ? HiraganaCandidates
            : UnicodeScripts.Katakana.Contains(codePoint) ? KatakanaCandidates
            : UnicodeScripts.IsLetteredSymbol(codePoint) ? LetteredSymbolCandidates
            : Candidates.GetValueOrDefault(CharUnicodeInfo.GetUnicodeCategory(codePoint), "\uA000");
        foreach (char candidate in candidates)
            if (!isNamed(candidate)) return candidate;
        return candidates[0];
    }
}
