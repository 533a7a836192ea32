namespace BatchInfer.Inference;

/// <summary>Which answers are given.</summary>
/// <param name="TopK">How many.</param>
/// <param name="MaxLength">Longest answer in tokens.</param>
/// <param name="HandleImpossible">Whether no answer is one of them.</param>
/// <param name="AlignToWords">Whether an answer is widened to whole words.</param>
internal sealed record AnswerSettings(int TopK, int MaxLength, bool HandleImpossible, bool AlignToWords)
{
    // Some fall away when they come to the same words.
    public int Candidates => AlignToWords ? (2 * TopK) + 10 : TopK;
}
