using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator;

/// <summary>Settings of planning, dispatch and rescue, section <c>Coordinator</c>.</summary>
internal sealed class CoordinatorOptions
{
    public const string Section = "Coordinator";

    /// <summary>Shards in flight per worker of a model: two in its hands, and as many again waiting, so that it never runs dry.</summary>
    [Range(1, 1000)] public int WindowPerWorker { get; set; } = 4;

    /// <summary>Seconds after which a shard that nobody works on counts as lost and is dispatched again: at least three heartbeats of a worker.</summary>
    [Range(1, 86_400)] public int LeaseSeconds { get; set; } = 60;

    /// <summary>Seconds without a heartbeat after which a worker counts as gone.</summary>
    [Range(1, 3600)] public int WorkerTimeoutSeconds { get; set; } = 30;

    /// <summary>Jobs planned side by side, so that a small one need not wait for a huge one.</summary>
    [Range(1, 64)] public int ParallelPlans { get; set; } = 4;

    /// <summary>Dry runs side by side, each of which reads a whole corpus; the others wait for their turn.</summary>
    [Range(1, 64)] public int ParallelDryRuns { get; set; } = 2;
}

[OptionsValidator]
internal sealed partial class CoordinatorOptionsValidator : IValidateOptions<CoordinatorOptions>;
