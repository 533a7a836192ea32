using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Logits to log-probabilities.</summary>
internal static class LogProbabilities
{
    /// <summary>
    /// The logarithm of the sum of the logits' exponentials: a logit less this is a log-probability. NaN when a logit is NaN or
    /// +∞, or all are −∞; single ones of −∞ are tokens that cannot come.
    /// </summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        // Without the maximum taken off, exp overflows at a logit of 89.
        float max = TensorPrimitives.Max(logits);
        if (!float.IsFinite(max)) return double.NaN;
        Span<float> part = stackalloc float[512];
        double sum = 0;
        for (int start = 0; start < logits.Length; start += part.Length)
        {
            var chunk = logits[start..Math.Min(logits.Length, start + part.Length)];
            var shifted = part[..chunk.Length];
            TensorPrimitives.Subtract(chunk, max, shifted);
            TensorPrimitives.Exp(shifted, shifted);
            // In double from chunk to chunk: single precision loses the tail of a vocabulary of 100,000.
            sum += TensorPrimitives.Sum<float>(shifted);
        }

        return max + Math.Log(sum);
    }
}
