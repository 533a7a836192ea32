namespace BatchInfer.Contracts;

/// <summary>Whether a task takes the second text of a pair.</summary>
public enum PairUse
{
    /// <summary>One text only.</summary>
    None,

    /// <summary>A text or a pair.</summary>
    Optional,

    /// <summary>Pairs only.</summary>
    Required,
}
