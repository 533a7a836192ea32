namespace BatchInfer.Inference;

/// <summary>Where a token comes from.</summary>
/// <param name="Start">First UTF-16 character of it in the original text.</param>
/// <param name="End">The character after its last one. Both are 0 for a special token around the texts.</param>
/// <param name="Word">Number of the word in its text that it is a part of, from 0; -1 for a special token around the texts.</param>
/// <param name="Sequence">0 for the first text, 1 for the second of a pair, -1 for a special token around the texts.</param>
internal readonly record struct TokenDetail(int Start, int End, int Word, int Sequence)
{
    /// <summary>What stands in for a token that the post-processor added.</summary>
    public static readonly TokenDetail Special = new(0, 0, -1, -1);

    /// <summary>Whether the post-processor added it (Hugging Face's special tokens mask): <c>[MASK]</c> written in a text is part of the text.</summary>
    public bool IsSpecial => Sequence < 0;
}
