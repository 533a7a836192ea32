namespace BatchInfer.Inference;

/// <summary>Which text of a pair gives way when both are too long together, as Hugging Face names it. A single text is the first.</summary>
internal enum TruncationStrategy
{
    /// <summary>The longer one, until both are as long; then both.</summary>
    LongestFirst,

    /// <summary>The first only; an input whose second text alone is too long does not fit.</summary>
    OnlyFirst,

    /// <summary>The second only; an input whose first text alone is too long does not fit.</summary>
    OnlySecond,
}
