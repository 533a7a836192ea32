namespace BatchInfer.Inference;

/// <summary>How a model's runs are laid out on the cores. Changes speed, never a result.</summary>
/// <param name="ParallelRuns">Runs side by side.</param>
/// <param name="ThreadsPerRun">Threads of each.</param>
/// <param name="MaxBatchTokens">Padded tokens of a batch.</param>
internal sealed record RunLayout(int ParallelRuns, int ThreadsPerRun, int MaxBatchTokens)
{
    /// <summary>The best measured on most CPUs: single-threaded runs on every core, small batches.</summary>
    public static RunLayout Default { get; } = new(Environment.ProcessorCount, 1, 512);
}
