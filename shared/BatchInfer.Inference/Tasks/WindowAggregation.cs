using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>How the values of an input's windows become one.</summary>
internal enum WindowAggregation
{
    /// <summary>Their mean, weighted by the windows' tokens.</summary>
    Mean,

    /// <summary>The maximum of each value.</summary>
    Max,
}

/// <summary>The arithmetic of windows.</summary>
internal static class WindowAggregationExtensions
{
    /// <param name="how">Which.</param>
    /// <param name="rows">Rows of an input, for each of which a vector was kept.</param>
    /// <param name="first">First row to take.</param>
    /// <param name="end">The row after the last one.</param>
    /// <param name="result">Takes the vector; its length is the width.</param>
    public static void Apply(this WindowAggregation how, in InputRows rows, int first, int end, Span<float> result)
    {
        int width = result.Length;
        rows.Kept(first)[..width].CopyTo(result);
        if (end == first + 1) return;
        float weights = rows.Tokens(first);
        if (how == WindowAggregation.Mean) TensorPrimitives.Multiply(result, weights, result);
        for (int row = first + 1; row < end; row++)
        {
            var values = rows.Kept(row)[..width];
            if (how == WindowAggregation.Max)
            {
                TensorPrimitives.Max(result, values, result);
                continue;
            }

            TensorPrimitives.MultiplyAdd(values, rows.Tokens(row), result, result);
            weights += rows.Tokens(row);
        }

        if (how == WindowAggregation.Mean) TensorPrimitives.Divide(result, weights, result);
    }
}
