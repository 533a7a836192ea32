using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>What the encoder made of the sources of some rows. Whoever has it disposes it.</summary>
/// <param name="states">[rows, <paramref name="length"/>, width].</param>
/// <param name="length">Tokens of each row, padding included.</param>
/// <param name="realLengths">Tokens of each row without padding.</param>
/// <param name="allocator">Gives memory for more of them.</param>
internal sealed class EncodedSource(OrtValue states, int length, int[] realLengths, OrtAllocator allocator) : IDisposable
{
    public OrtValue States => states;

    public int Length => length;

    public ReadOnlySpan<int> RealLengths => realLengths;

    public static EncodedSource Gather(IReadOnlyList<EncodedSource> sources, ReadOnlySpan<RowOf> rows)
    {
        int[] lengths = new int[rows.Length];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = sources[rows[i].Source].RealLengths[rows[i].Row];
        OrtValue[] states = [.. sources.Select(s => s.States)];
        return sources[0].With(states, rows, lengths);
    }

    public void Dispose() => states.Dispose();

    private EncodedSource With(OrtValue[] all, ReadOnlySpan<RowOf> rows, int[] lengths) => new(TensorRows.Gather(all, rows, 0, allocator), length, lengths, allocator);
}
