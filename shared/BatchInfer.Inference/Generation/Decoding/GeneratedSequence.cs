namespace BatchInfer.Inference;

/// <summary>A text that is written to its end.</summary>
/// <param name="Tokens">Its new tokens, the closing one included.</param>
/// <param name="LogProbabilities">The model's log-probability of each, before any rule or temperature.</param>
/// <param name="FinishReason">Why it ended.</param>
internal sealed record GeneratedSequence(int[] Tokens, float[] LogProbabilities, FinishReason FinishReason);

/// <summary>Why a text ended.</summary>
internal enum FinishReason
{
    /// <summary>The model closed it.</summary>
    Stop,

    /// <summary>It came to a stop string.</summary>
    StopString,

    /// <summary>It has as many tokens as it may have, or the model's context is full.</summary>
    Length,
}
