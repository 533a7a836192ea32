using System.ComponentModel.DataAnnotations;

namespace BatchInfer.Inference;

/// <summary>How a model is run on this machine. Changes speed and memory, never a result.</summary>
public sealed class InferenceOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Inference";

    /// <summary>Runs side by side on one session, each on one thread. 0 takes what was measured or kept (see <see cref="CalibrationSeconds"/>), else one per core.</summary>
    [Range(0, 1024)] public int ParallelRuns { get; set; }

    /// <summary>Padded tokens in one batch: rows × longest row. 0 takes what was measured or kept, else 512, which is best on most CPUs.</summary>
    [Range(0, 1_048_576)] public int MaxBatchTokens { get; set; }

    /// <summary>
    /// Generation: size of one step: rows × (tokens seen + 32, for what a row costs beside them). 0 takes 8192, the best value measured
    /// on a CPU.
    /// </summary>
    [Range(0, 16_777_216)] public int MaxStepTokens { get; set; }

    /// <summary>Generation: bytes of key–value cache that all rows at work may come to have, with the beginnings of prompts that are kept. Default 1 GiB.</summary>
    [Range(1 << 20, 1L << 40)] public long MaxCacheBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Seconds to measure, when a model is loaded for the first time on a machine, which layout of runs and batches is fastest; the
    /// result is kept. 0 never measures, but uses what was kept. With <see cref="ParallelRuns"/> or <see cref="MaxBatchTokens"/> set, neither
    /// is done: what the other one has at 0 is its default. Models that write texts are not measured.
    /// </summary>
    [Range(0, 300)] public double CalibrationSeconds { get; set; }

    /// <summary>Folder of what was measured; null takes the user's cache folder.</summary>
    public string? CalibrationFolder { get; set; }

    /// <summary>Where models are computed. Results of other providers round otherwise: keep one provider for one store of predictions.</summary>
    [EnumDataType(typeof(ExecutionProviderKind))] public ExecutionProviderKind Provider { get; set; }

    /// <summary>
    /// Microseconds that a padded token takes at least, for measuring everything but the model: the run of a batch waits until they are over.
    /// 0, as always outside such a measurement, waits for nothing. Models that write texts are not slowed.
    /// </summary>
    [Range(0, 1_000_000)] public double SimulatedMicrosecondsPerToken { get; set; }

    internal int EffectiveParallelRuns => ParallelRuns > 0 ? ParallelRuns : RunLayout.Default.ParallelRuns;

    internal int EffectiveMaxBatchTokens => MaxBatchTokens > 0 ? MaxBatchTokens : RunLayout.Default.MaxBatchTokens;

    internal int EffectiveMaxStepTokens => MaxStepTokens > 0 ? MaxStepTokens : 8192;
}
