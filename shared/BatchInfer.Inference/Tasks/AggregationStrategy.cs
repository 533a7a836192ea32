namespace BatchInfer.Inference;

/// <summary>How tokens become entities, as Hugging Face's pipeline does it.</summary>
internal enum AggregationStrategy
{
    /// <summary>Each token is one.</summary>
    None,

    /// <summary>Neighbouring tokens of one entity are one.</summary>
    Simple,

    /// <summary>As simple, over words: a word has its first token's label.</summary>
    First,

    /// <summary>As simple, over words: a word has the label that is best in the mean of its tokens' scores.</summary>
    Average,

    /// <summary>As simple, over words: a word has the label of its surest token.</summary>
    Max,
}
