namespace BatchInfer.Inference;

/// <summary>Replaces what a pattern finds.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string replacement) : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into)
    {
        int from = 0;
        foreach (var match in pattern.Matches(text.Chars))
        {
            into.Copy(text, from, match.Start - from);

            // The reference takes the replacement to stand for the last character replaced.
            into.Append(replacement, text, Math.Max(match.Start, match.End - 1));
            from = match.End;
        }

        into.Copy(text, from, text.Length - from);
    }
}
