namespace BatchInfer.Inference;

/// <summary>What becomes of what a pre-tokeniser splits at.</summary>
internal enum SplitBehavior
{
    /// <summary>It is left out.</summary>
    Removed,

    /// <summary>It is a piece of its own.</summary>
    Isolated,

    /// <summary>It goes to the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>It goes to the piece after it.</summary>
    MergedWithNext,

    /// <summary>Several in a row are one piece.</summary>
    Contiguous,
}
