namespace BatchInfer.Inference;

/// <summary>
/// What was kept of the rows of an input that has several. They run in batches of their own, on any thread and in any order;
/// whoever brings the last one finishes the input.
/// </summary>
internal sealed class InputParts(int rows)
{
    private readonly float[][] _kept = new float[rows][];
    private int _missing = rows, _paddedTokens;
    private string? _problem;

    /// <summary>Why the input has no output, or null.</summary>
    public string? Problem => _problem;

    /// <summary>Tokens that the rows took in their batches.</summary>
    public int PaddedTokens => _paddedTokens;

    /// <summary>What was kept of a row; all are there when <see cref="Put"/> said so and there is no problem.</summary>
    public ReadOnlySpan<float> this[int row] => _kept[row];

    /// <summary>Brings a row.</summary>
    /// <param name="row">Its number within the input.</param>
    /// <param name="kept">What was kept of it; empty when there is a problem.</param>
    /// <param name="problem">What went wrong with it, or null.</param>
    /// <param name="paddedTokens">Tokens it took in its batch.</param>
    /// <returns>True for the last one: the caller finishes the input.</returns>
    public bool Put(int row, float[] kept, string? problem, int paddedTokens)
    {
        _kept[row] = kept;
        if (problem is not null) Interlocked.CompareExchange(ref _problem, problem, null);
        Interlocked.Add(ref _paddedTokens, paddedTokens);
        // The decrement is also the fence by which the last one sees what the others wrote.
        return Interlocked.Decrement(ref _missing) == 0;
    }
}
