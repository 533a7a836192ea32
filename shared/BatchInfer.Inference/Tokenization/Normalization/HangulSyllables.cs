namespace BatchInfer.Inference;

/// <summary>Korean syllables and the letters they are made of, by the arithmetic of the Unicode standard.</summary>
internal static class HangulSyllables
{
    private const int First = 0xAC00, Count = 11172, Lead = 0x1100, LeadCount = 19, Vowel = 0x1161, VowelCount = 21, Trail = 0x11A7, TrailCount = 28;

    public static bool Contains(int codePoint) => (uint)(codePoint - First) < Count;

    /// <summary>The two or three letters of a syllable.</summary>
    /// <param name="syllable">The syllable.</param>
    /// <param name="letters">Takes the letters.</param>
    /// <returns>How many.</returns>
    public static int Decompose(int syllable, Span<char> letters)
    {
        int index = syllable - First, trail = index % TrailCount;
        letters[0] = (char)(Lead + index / (VowelCount * TrailCount));
        letters[1] = (char)(Vowel + index % (VowelCount * TrailCount) / TrailCount);
        letters[2] = (char)(Trail + trail);
        return trail > 0 ? 3 : 2;
    }

    /// <summary>A syllable from a lead and a vowel, or from a syllable without trail and a trail.</summary>
    public static bool TryCompose(int first, int second, out int syllable)
    {
        if ((uint)(first - Lead) < LeadCount && (uint)(second - Vowel) < VowelCount)
            syllable = First + ((first - Lead) * VowelCount + (second - Vowel)) * TrailCount;
        else if (Contains(first) && (first - First) % TrailCount == 0 && second > Trail && second < Trail + TrailCount)
            syllable = first + second - Trail;
        else
            syllable = 0;
        return syllable != 0;
    }
}
