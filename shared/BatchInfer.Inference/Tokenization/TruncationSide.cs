namespace BatchInfer.Inference;

/// <summary>The end at which a text is cut.</summary>
internal enum TruncationSide
{
    /// <summary>Its end.</summary>
    Right,

    /// <summary>Its beginning, as for a prompt whose end counts.</summary>
    Left,
}
