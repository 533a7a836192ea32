namespace BatchInfer.Inference;

/// <summary>Normalisers one after another.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into)
    {
        using AlignedText one = new(), other = new();
        var (from, next) = (text, one);
        for (int i = 0; i < normalizers.Count; i++)
        {
            bool isLast = i == normalizers.Count - 1;
            if (isLast) next = into;
            else next.ResetFrom(text);
            normalizers[i].Normalize(from, next);
            (from, next) = (next, ReferenceEquals(next, one) ? other : one);
        }

        if (normalizers.Count == 0) into.Copy(text, 0, text.Length);
    }
}
