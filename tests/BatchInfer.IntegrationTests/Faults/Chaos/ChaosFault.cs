namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>Something that goes wrong, and is put right again.</summary>
/// <param name="Kind">Its name in the report.</param>
/// <param name="InjectAsync">Does it to a cluster, for as long as it lasts. The random numbers come of the script's seed.</param>
internal sealed record ChaosFault(string Kind, Func<ChaosCluster, Random, CancellationToken, Task> InjectAsync)
{
    /// <summary>Whether it can be done to a cluster of this kind.</summary>
    public Func<ChaosConfiguration, bool> Fits { get; init; } = _ => true;

    /// <summary>Whether it is done to work as it passes: jobs then keep coming while it looks for some.</summary>
    public bool MeetsWork { get; init; }
}
