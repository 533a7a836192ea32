namespace BatchInfer.Coordinator.Forward;

/// <summary>Where the results service answers, section <c>Results</c>.</summary>
internal sealed class ResultsOptions
{
    public const string Section = "Results";

    /// <summary>Its base address. Absent where it answers in this process.</summary>
    public Uri? BaseAddress { get; set; }
}
