namespace BatchInfer.Inference;

/// <summary>Writes each byte of a text's UTF-8 as a character of its own.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public void Normalize(AlignedText text, AlignedText into) => ByteAlphabet.Append(text, 0, text.Length, into);
}
