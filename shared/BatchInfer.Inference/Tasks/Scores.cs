using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Logits to probabilities.</summary>
internal static class Scores
{
    /// <summary>Probabilities that sum to 1. False when a logit is no finite number.</summary>
    public static bool TrySoftmax(ReadOnlySpan<float> logits, Span<float> scores)
    {
        if (!TensorPrimitives.IsFiniteAll(logits)) return false;

        // Without the maximum taken off, exp overflows at a logit of 89 and the quotient is NaN.
        float max = TensorPrimitives.Max(logits);
        double sum = 0;
        for (int i = 0; i < logits.Length; i++) sum += Math.Exp((double)logits[i] - max);
        for (int i = 0; i < logits.Length; i++) scores[i] = (float)(Math.Exp((double)logits[i] - max) / sum);
        return true;
    }

    /// <summary>A probability for each logit by itself. False when a logit is no finite number.</summary>
    public static bool TrySigmoid(ReadOnlySpan<float> logits, Span<float> scores)
    {
        if (!TensorPrimitives.IsFiniteAll(logits)) return false;

        // In double precision exp(-logit) overflows at -709 to infinity, of which 1/(1+x) is the right 0.
        for (int i = 0; i < logits.Length; i++) scores[i] = (float)(1 / (1 + Math.Exp(-(double)logits[i])));
        return true;
    }
}
