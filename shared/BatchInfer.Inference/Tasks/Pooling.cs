using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>How the vectors of an input's tokens become one.</summary>
internal enum Pooling
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>That of the first token.</summary>
    Cls,

    /// <summary>The maximum of each value.</summary>
    Max,

    /// <summary>That of the last token.</summary>
    LastToken,
}

/// <summary>The arithmetic of pooling.</summary>
internal static class PoolingExtensions
{
    /// <param name="pooling">Which.</param>
    /// <param name="values">[tokens or more, width]; what comes after the tokens is padding.</param>
    /// <param name="tokens">Tokens, at least one.</param>
    /// <param name="result">Takes the vector; its length is the width.</param>
    public static void Apply(this Pooling pooling, ReadOnlySpan<float> values, int tokens, Span<float> result)
    {
        int width = result.Length;
        values.Slice(pooling == Pooling.LastToken ? (tokens - 1) * width : 0, width).CopyTo(result);
        if (pooling is Pooling.Cls or Pooling.LastToken) return;
        for (int t = 1; t < tokens; t++)
        {
            var token = values.Slice(t * width, width);
            if (pooling == Pooling.Mean) TensorPrimitives.Add(result, token, result);
            else TensorPrimitives.Max(result, token, result);
        }

        if (pooling == Pooling.Mean) TensorPrimitives.Divide(result, tokens, result);
    }
}
