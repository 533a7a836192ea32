namespace BatchInfer.Inference;

/// <summary>What stands at a place of a template.</summary>
internal enum TemplatePieceKind
{
    /// <summary>Special tokens.</summary>
    Special,

    /// <summary>The first text.</summary>
    First,

    /// <summary>The second text of a pair.</summary>
    Second,
}
