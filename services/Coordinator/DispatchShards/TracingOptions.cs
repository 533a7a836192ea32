using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>How much of a job is traced, section <c>Tracing</c>.</summary>
internal sealed class TracingOptions
{
    public const string Section = "Tracing";

    /// <summary>Shards, counted from the job's first, whose work is part of the job's own trace: as many as a person can look through.</summary>
    [Range(0, 100_000)] public int ShardsInJobTrace { get; set; } = 100;

    /// <summary>Of the shards after those one in so many has a trace of its own, linked with the job's; the others have none.</summary>
    [Range(1, 1_000_000)] public int OneShardIn { get; set; } = 50;
}

[OptionsValidator]
internal sealed partial class TracingOptionsValidator : IValidateOptions<TracingOptions>;
