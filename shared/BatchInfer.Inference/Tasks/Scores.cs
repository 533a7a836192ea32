using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Logits to scores. Written for finite logits of any size.</summary>
internal static class Scores
{
    /// <summary>Copies logits; false when one is no finite number.</summary>
    public static bool TryCopy(ReadOnlySpan<float> logits, Span<float> into)
    {
        logits.CopyTo(into);
        return TensorPrimitives.IsFiniteAll(logits);
    }

    /// <summary>Turns logits into scores, in place where the spans are one.</summary>
    public static void Apply(ScoreFunction function, ReadOnlySpan<float> logits, Span<float> scores)
    {
        switch (function)
        {
            case ScoreFunction.Softmax: Softmax(logits, scores); break;
            case ScoreFunction.Sigmoid:
                for (int i = 0; i < logits.Length; i++) scores[i] = Sigmoid(logits[i]);
                break;
            default: logits.CopyTo(scores); break;
        }
    }

    /// <summary>Probabilities that sum to 1.</summary>
    public static void Softmax(ReadOnlySpan<float> logits, Span<float> scores)
    {
        // Without the maximum taken off, exp overflows at a logit of 89 and the quotient is NaN.
        float max = TensorPrimitives.Max(logits);
        double sum = Sum(logits, max);
        for (int i = 0; i < logits.Length; i++) scores[i] = (float)(Math.Exp((double)logits[i] - max) / sum);
    }

    /// <summary>What divides <c>exp(logit − max)</c> to make it a probability.</summary>
    public static double Sum(ReadOnlySpan<float> logits, float max)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++) sum += Math.Exp((double)logits[i] - max);
        return sum;
    }

    /// <summary>The probability of one logit by itself.</summary>
    // In double precision exp(-logit) overflows at -709 to infinity, of which 1/(1+x) is the right 0.
    public static float Sigmoid(float logit) => (float)(1 / (1 + Math.Exp(-(double)logit)));
}
