using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Settings of single lookups, section <c>LookUp</c>.</summary>
internal sealed class LookUpOptions
{
    public const string Section = "LookUp";

    /// <summary>Memory of each replica for answers, in MB; 0 caches none.</summary>
    [Range(0, 1_048_576)] public int CacheMegabytes { get; set; } = 128;

    /// <summary>Seconds for which an answer is cached. A prediction never changes; one that is deleted may be answered for as long.</summary>
    [Range(1, 86_400)] public int CacheSeconds { get; set; } = 600;

    /// <summary>A second level that replicas share, in StackExchange.Redis' syntax, e.g. <c>redis:6379</c>; none without.</summary>
    public string? Redis { get; set; }
}

[OptionsValidator]
internal sealed partial class LookUpOptionsValidator : IValidateOptions<LookUpOptions>;
