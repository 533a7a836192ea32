using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>What the encoder made of the sources of some rows. Whoever has it disposes it.</summary>
/// <param name="states">[rows, <paramref name="length"/>, width].</param>
/// <param name="length">Tokens of each row, padding included.</param>
/// <param name="realLengths">Tokens of each row without padding.</param>
/// <param name="allocator">Gives memory for more of them.</param>
internal sealed class EncodedSource(OrtValue states, int length, int[] realLengths, OrtAllocator allocator) : IDisposable
{
    private readonly RowsTensor _states = new(states);

    public OrtValue States => _states.Value;

    public int Length => length;

    public ReadOnlySpan<int> RealLengths => realLengths;

    public static EncodedSource Gather(IReadOnlyList<EncodedSource> sources, ReadOnlySpan<RowOf> rows)
    {
        int[] lengths = new int[rows.Length];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = sources[rows[i].Source].RealLengths[rows[i].Row];
        OrtValue[] states = [.. sources.Select(s => s.States)];
        return sources[0].With(states, rows, lengths);
    }

    /// <summary>Leaves only the first rows, after others took places among them.</summary>
    public void Shrink(IReadOnlyList<RowMove> moves, int rows)
    {
        _states.Shrink(moves, rows, 0, allocator);
        foreach (var move in moves) realLengths[move.To] = realLengths[move.From];
        Array.Resize(ref realLengths, rows);
    }

    public void Dispose() => _states.Dispose();

    private EncodedSource With(OrtValue[] all, ReadOnlySpan<RowOf> rows, int[] lengths) => new(TensorRows.Gather(all, rows, 0, allocator), length, lengths, allocator);
}
