namespace BatchInfer.Inference;

/// <summary>How the texts of an input become rows of tokens.</summary>
/// <param name="Encoding">Length of a row, and which text of a pair gives way (or is slid over) when it is too long.</param>
internal sealed record RowOptions(EncodeOptions Encoding)
{
    /// <summary>What becomes of a text that does not fit into a row.</summary>
    public LongInput LongInput { get; init; }

    /// <summary>Tokens that neighbouring windows share.</summary>
    public int Overlap { get; init; }

    /// <summary>Whether the task asks where each token stands in its text.</summary>
    public bool Details { get; init; }

    /// <summary>Whether an input without a second text is an error row.</summary>
    public bool NeedsPair { get; init; }
}
