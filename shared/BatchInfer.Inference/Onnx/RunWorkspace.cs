using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>The memory of one run slot: pinned buffers that grow to the largest batch and are used again.</summary>
/// <param name="maxBatchTokens">Padded tokens of the batches it is for; only a single long row has more.</param>
internal sealed class RunWorkspace(int maxBatchTokens = 0) : IDisposable
{
    private Array[] _inputs = [];
    private float[][] _outputs = [];
    private ModelOutput[] _results = [];
    private float[] _kept = [];

    // Padded tokens from which a run gives memory back: far beyond the budget, so only a single long row is so large. What it
    // takes grows with the square of its length, and would stay for the worker's life; mapping it anew costs such a run nothing.
    private readonly int _givesBackFrom = Math.Max(4096, 2 * maxBatchTokens);

    private readonly RunOptions _givesBack = GivingBack();
    private bool _isOversize;

    /// <summary>Time that the batch in hand took after the model, as ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long DecodeTicks { get; set; }

    /// <summary>Options of a usual run.</summary>
    public RunOptions Options { get; } = new();

    /// <summary>Options of a run by its size.</summary>
    /// <param name="paddedTokens">Rows × longest row.</param>
    public RunOptions OptionsFor(int paddedTokens)
    {
        if (paddedTokens < _givesBackFrom) return Options;
        _isOversize = true;
        return _givesBack;
    }

    /// <summary>Ends the use of what a run gave. The buffers of an oversize one go: pinned, they would stay for the worker's life.</summary>
    public void EndRun()
    {
        if (!_isOversize) return;
        (_inputs, _outputs, _results, _kept, _isOversize) = ([], [], [], [], false);
    }

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

    /// <summary>A buffer for one of the outputs.</summary>
    public float[] Output(int number, int length)
    {
        if (_outputs.Length <= number) Array.Resize(ref _outputs, number + 1);
        if (_outputs[number] is { } buffer && buffer.Length >= length) return buffer;
        return _outputs[number] = GC.AllocateUninitializedArray<float>(RoundUp(length), pinned: true);
    }

    /// <summary>Room for the outputs of a run.</summary>
    public Span<ModelOutput> Results(int count)
    {
        if (_results.Length < count) _results = new ModelOutput[count];
        return _results.AsSpan(0, count);
    }

    /// <summary>Room for what a task keeps of a row.</summary>
    public Span<float> Kept(int length)
    {
        if (_kept.Length < length) _kept = GC.AllocateUninitializedArray<float>(RoundUp(length));
        return _kept.AsSpan(0, length);
    }

    public void Dispose()
    {
        Options.Dispose();
        _givesBack.Dispose();
    }

    private static RunOptions GivingBack()
    {
        var options = new RunOptions();
        options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        return options;
    }

    private static int RoundUp(int length) => (int)Math.Min(Array.MaxLength, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
}
