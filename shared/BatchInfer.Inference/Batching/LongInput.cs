namespace BatchInfer.Inference;

/// <summary>What becomes of a text that is longer than a row may be.</summary>
internal enum LongInput
{
    /// <summary>It is cut, and how many tokens were cut is recorded.</summary>
    Truncate,

    /// <summary>Its input is an error row.</summary>
    Fail,

    /// <summary>It becomes several rows that overlap.</summary>
    Window,
}
