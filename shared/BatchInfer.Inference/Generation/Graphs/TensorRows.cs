using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchInfer.Inference;

/// <summary>A row of one of several tensors.</summary>
/// <param name="Source">Which tensor.</param>
/// <param name="Row">Which of its rows.</param>
internal readonly record struct RowOf(int Source, int Row);

/// <summary>Puts rows of tensors together, from one native memory to the other.</summary>
internal static class TensorRows
{
    /// <param name="sources">Tensors that differ in the number of rows at most.</param>
    /// <param name="rows">The rows of the result; one may stand there more than once.</param>
    /// <param name="rowAxis">Which dimension counts the rows.</param>
    /// <param name="allocator">Gives the memory.</param>
    public static OrtValue Gather(ReadOnlySpan<OrtValue> sources, ReadOnlySpan<RowOf> rows, int rowAxis, OrtAllocator allocator)
    {
        var info = sources[0].GetTensorTypeAndShape();
        long[] shape = [.. info.Shape];
        int outer = 1;
        for (int i = 0; i < rowAxis; i++) outer = checked(outer * (int)shape[i]);
        long inner = ElementSize(info.ElementDataType);
        for (int i = rowAxis + 1; i < shape.Length; i++) inner *= shape[i];
        shape[rowAxis] = rows.Length;
        var result = OrtValue.CreateAllocatedTensorValue(allocator, info.ElementDataType, shape);
        if (inner > 0) Copy(sources, rows, outer, checked((int)inner), rowAxis, result.GetTensorMutableRawData());
        return result;
    }

    private static void Copy(ReadOnlySpan<OrtValue> sources, ReadOnlySpan<RowOf> rows, int outer, int inner, int rowAxis, Span<byte> target)
    {
        for (int o = 0, at = 0; o < outer; o++)
            for (int start = 0, end; start < rows.Length; start = end)
            {
                // Neighbours that stay neighbours go in one copy.
                for (end = start + 1; end < rows.Length && rows[end] == new RowOf(rows[start].Source, rows[start].Row + end - start);) end++;
                var source = sources[rows[start].Source];
                int sourceRows = (int)source.GetTensorTypeAndShape().Shape[rowAxis];
                int length = checked((end - start) * inner);
                source.GetTensorMutableRawData().Slice(checked((o * sourceRows + rows[start].Row) * inner), length).CopyTo(target[at..]);
                at += length;
            }
    }

    private static int ElementSize(TensorElementType type) => type switch
    {
        TensorElementType.Float => 4,
        TensorElementType.Float16 => 2,
        _ => throw new NotSupportedException($"Rows of {type} are not kept."),
    };
}
