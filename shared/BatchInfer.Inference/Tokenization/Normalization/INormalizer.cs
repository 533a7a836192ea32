namespace BatchInfer.Inference;

/// <summary>Rewrites a text before it is cut into words. Shared by all threads.</summary>
internal interface INormalizer
{
    /// <summary>Writes the text as it shall be.</summary>
    /// <param name="text">The text.</param>
    /// <param name="into">Empty, for the same origin.</param>
    void Normalize(AlignedText text, AlignedText into);
}
