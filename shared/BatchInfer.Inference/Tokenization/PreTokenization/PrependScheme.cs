namespace BatchInfer.Inference;

/// <summary>Before which pieces the mark of a space is put.</summary>
internal enum PrependScheme
{
    /// <summary>All.</summary>
    Always,

    /// <summary>That at the beginning of the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}
