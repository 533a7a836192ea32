using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Float matrices to signed bytes with a scale for each channel: <c>weight ≈ value × scale</c>, symmetric about zero.</summary>
internal static class ChannelQuantizer
{
    /// <summary>
    /// Largest value of a weight that is multiplied: seven bits. Processors without VNNI add pairs of byte products in 16 bits
    /// and saturate; with 2 × 255 × 64 they never do, and a prediction is the same on every machine.
    /// </summary>
    public const int MultipliedLimit = 64;

    /// <summary>Largest value of a weight that is only looked up.</summary>
    public const int StoredLimit = 127;

    /// <summary>A scale for each column.</summary>
    /// <param name="weights">[rows, columns].</param>
    /// <param name="columns">Columns.</param>
    /// <param name="values">Takes the bytes, in the same order.</param>
    /// <param name="scales">Takes a scale for each column.</param>
    public static void Columns(ReadOnlySpan<float> weights, int columns, Span<sbyte> values, Span<float> scales)
    {
        scales.Clear();
        for (int at = 0; at < weights.Length; at += columns)
            TensorPrimitives.MaxMagnitude(scales, weights.Slice(at, columns), scales);
        for (int c = 0; c < columns; c++) scales[c] = Scale(scales[c], MultipliedLimit);
        for (int at = 0; at < weights.Length; at += columns)
            for (int c = 0; c < columns; c++)
                values[at + c] = Round(weights[at + c] / scales[c], MultipliedLimit);
    }

    /// <summary>A scale for each row.</summary>
    /// <param name="weights">[rows, columns].</param>
    /// <param name="columns">Columns.</param>
    /// <param name="values">Takes the bytes, in the same order.</param>
    /// <param name="scales">Takes a scale for each row.</param>
    public static void Rows(ReadOnlySpan<float> weights, int columns, Span<sbyte> values, Span<float> scales)
    {
        for (int row = 0; row < scales.Length; row++)
        {
            var from = weights.Slice(row * columns, columns);
            float scale = scales[row] = Scale(TensorPrimitives.MaxMagnitude(from), StoredLimit);
            var to = values.Slice(row * columns, columns);
            for (int c = 0; c < columns; c++) to[c] = Round(from[c] / scale, StoredLimit);
        }
    }

    // A channel of zeros keeps them.
    private static float Scale(float largest, int limit) => largest == 0 ? 1 : MathF.Abs(largest) / limit;

    private static sbyte Round(float value, int limit) => (sbyte)Math.Clamp(MathF.Round(value, MidpointRounding.ToEven), -limit, limit);
}
