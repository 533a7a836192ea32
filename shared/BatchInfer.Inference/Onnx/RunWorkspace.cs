using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>The memory of one run slot: pinned buffers that grow to the largest batch and are used again.</summary>
internal sealed class RunWorkspace : IDisposable
{
    private Array[] _inputs = [];
    private float[] _output = [];

    public RunOptions Options { get; } = new();

    /// <summary>A buffer for one of the inputs.</summary>
    public T[] Input<T>(int number, int length)
        where T : unmanaged
    {
        if (_inputs.Length <= number) Array.Resize(ref _inputs, number + 1);
        if (_inputs[number] is T[] buffer && buffer.Length >= length) return buffer;
        buffer = GC.AllocateUninitializedArray<T>(RoundUp(length), pinned: true);
        _inputs[number] = buffer;
        return buffer;
    }

    /// <summary>A buffer for the output.</summary>
    public float[] Output(int length)
    {
        if (_output.Length < length) _output = GC.AllocateUninitializedArray<float>(RoundUp(length), pinned: true);
        return _output;
    }

    public void Dispose() => Options.Dispose();

    private static int RoundUp(int length) => (int)Math.Min(Array.MaxLength, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
}
