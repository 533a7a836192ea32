namespace BatchInfer.Inference;

/// <summary>How texts become rows of tokens.</summary>
/// <param name="MaxLength">Tokens that a row may have, special tokens included.</param>
internal sealed record EncodeOptions(int MaxLength)
{
    /// <summary>No limit, for prompts and prefixes that are put together by the caller.</summary>
    public static readonly EncodeOptions Whole = new(int.MaxValue);

    /// <summary>Whether the tokenizer's special tokens stand around the texts.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Which text of a pair is cut.</summary>
    public TruncationStrategy Strategy { get; init; } = TruncationStrategy.LongestFirst;

    /// <summary>Which end of a text is cut.</summary>
    public TruncationSide Side { get; init; } = TruncationSide.Right;
}
