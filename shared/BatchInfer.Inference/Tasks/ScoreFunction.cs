namespace BatchInfer.Inference;

/// <summary>What makes scores of logits.</summary>
internal enum ScoreFunction
{
    /// <summary>Probabilities that sum to 1.</summary>
    Softmax,

    /// <summary>A probability for each by itself.</summary>
    Sigmoid,

    /// <summary>The logits as they are.</summary>
    None,
}
