namespace BatchInfer.Inference;

/// <summary>Puts something before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into)
    {
        if (text.Length == 0) return;
        into.Append(prefix, text, 0);
        into.Copy(text, 0, text.Length);
    }
}
