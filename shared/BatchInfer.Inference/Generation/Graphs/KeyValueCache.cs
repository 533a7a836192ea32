using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>
/// What a decoder keeps of the tokens that some rows have seen, all rows equally many. The tensors stay in ONNX Runtime's
/// memory from one step to the next. Whoever has it disposes it.
/// </summary>
/// <param name="layout">The tensors.</param>
/// <param name="values">Their values in the same order.</param>
/// <param name="allocator">Gives memory for more of them.</param>
internal sealed class KeyValueCache(IReadOnlyList<CacheTensor> layout, OrtValue[] values, OrtAllocator allocator) : IDisposable
{
    public ReadOnlySpan<OrtValue> Values => values;

    /// <summary>Takes over the next step's tensors; those of the source, which does not grow, are kept.</summary>
    public void Grow(ReadOnlySpan<OrtValue?> present)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (present[i] is not { } grown) continue;
            values[i].Dispose();
            values[i] = grown;
        }
    }

    /// <summary>Puts other rows of this cache in the place of its rows.</summary>
    /// <param name="rows">The rows that are to stand there.</param>
    /// <param name="keepCross">Whether each row's source stays the same, as between the beams of one input.</param>
    public void Select(ReadOnlySpan<RowOf> rows, bool keepCross)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (keepCross && layout[i].IsCross) continue;
            var selected = TensorRows.Gather([values[i]], rows, layout[i].RowAxis, allocator);
            values[i].Dispose();
            values[i] = selected;
        }
    }

    /// <summary>A new cache of rows of several ones whose rows have seen equally many tokens.</summary>
    public static KeyValueCache Gather(IReadOnlyList<KeyValueCache> sources, ReadOnlySpan<RowOf> rows) => sources[0].Gathered(sources, rows);

    public void Dispose()
    {
        foreach (var value in values) value.Dispose();
    }

    private KeyValueCache Gathered(IReadOnlyList<KeyValueCache> sources, ReadOnlySpan<RowOf> rows)
    {
        var gathered = new OrtValue[layout.Count];
        var tensors = new OrtValue[sources.Count];
        for (int i = 0; i < gathered.Length; i++)
        {
            for (int s = 0; s < tensors.Length; s++) tensors[s] = sources[s].Values[i];
            gathered[i] = TensorRows.Gather(tensors, rows, layout[i].RowAxis, allocator);
        }

        return new KeyValueCache(layout, gathered, allocator);
    }
}
