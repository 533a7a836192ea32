namespace BatchInfer.Inference;

/// <summary>Takes white space off the ends of a text.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into)
    {
        var chars = text.Chars;
        int start = left ? chars.Length - chars.TrimStart().Length : 0, end = right ? chars.TrimEnd().Length : chars.Length;
        if (start < end) into.Copy(text, start, end - start);
    }
}
