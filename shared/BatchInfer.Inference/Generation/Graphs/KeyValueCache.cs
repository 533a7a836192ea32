using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>
/// What a decoder keeps of the tokens that some rows have seen, all rows equally many. The tensors stay in ONNX Runtime's
/// memory from one step to the next. Whoever has it disposes it.
/// </summary>
/// <param name="layout">The tensors.</param>
/// <param name="values">Their values in the same order.</param>
/// <param name="allocator">Gives memory for more of them.</param>
internal sealed class KeyValueCache(IReadOnlyList<CacheTensor> layout, IEnumerable<OrtValue> values, OrtAllocator allocator) : IDisposable
{
    private readonly RowsTensor[] _tensors = [.. values.Select(v => new RowsTensor(v))];

    /// <summary>A tensor, by its place in the layout.</summary>
    public OrtValue this[int number] => _tensors[number].Value;

    /// <summary>Takes over the next step's tensors; those of the source, which does not grow, are kept.</summary>
    public void Grow(ReadOnlySpan<OrtValue?> present)
    {
        for (int i = 0; i < _tensors.Length; i++)
            if (present[i] is { } grown) Replace(i, grown);
    }

    /// <summary>Puts other rows of this cache in the place of its rows.</summary>
    /// <param name="rows">The rows that are to stand there.</param>
    /// <param name="keepCross">Whether each row's source stays the same, as between the beams of one input.</param>
    public void Select(ReadOnlySpan<RowOf> rows, bool keepCross)
    {
        for (int i = 0; i < _tensors.Length; i++)
            if (!keepCross || !layout[i].IsCross) Replace(i, TensorRows.Gather([this[i]], rows, layout[i].RowAxis, allocator));
    }

    /// <summary>Leaves only the first rows, after others took places among them.</summary>
    public void Shrink(IReadOnlyList<RowMove> moves, int rows)
    {
        for (int i = 0; i < _tensors.Length; i++) _tensors[i].Shrink(moves, rows, layout[i].RowAxis, allocator);
    }

    /// <summary>A new cache of rows of several ones whose rows have seen equally many tokens.</summary>
    public static KeyValueCache Gather(IReadOnlyList<KeyValueCache> sources, ReadOnlySpan<RowOf> rows) => sources[0].Gathered(sources, rows);

    public void Dispose()
    {
        foreach (var tensor in _tensors) tensor.Dispose();
    }

    private void Replace(int number, OrtValue value)
    {
        _tensors[number].Dispose();
        _tensors[number] = new RowsTensor(value);
    }

    private KeyValueCache Gathered(IReadOnlyList<KeyValueCache> sources, ReadOnlySpan<RowOf> rows)
    {
        var gathered = new OrtValue[layout.Count];
        var tensors = new OrtValue[sources.Count];
        for (int i = 0; i < gathered.Length; i++)
        {
            for (int s = 0; s < tensors.Length; s++) tensors[s] = sources[s][i];
            gathered[i] = TensorRows.Gather(tensors, rows, layout[i].RowAxis, allocator);
        }

        return new KeyValueCache(layout, gathered, allocator);
    }
}
