namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>Which faults come in which order: all of them, shuffled by a seed, over and over.</summary>
internal static class ChaosScript
{
    public static IEnumerable<ChaosFault> Catalog => [.. ProcessFaults.All, .. BrokerFaults.All, .. DatabaseFaults.All, .. DeliveryFaults.All];

    /// <summary>The first faults of a seed's script that fit a configuration.</summary>
    public static IReadOnlyList<ChaosFault> Of(int seed, int count, ChaosConfiguration configuration)
    {
        var random = new Random(seed);
        ChaosFault[] fitting = [.. Catalog.Where(f => f.Fits(configuration))];
        var script = new List<ChaosFault>(count);
        while (script.Count < count)
        {
            random.Shuffle(fitting);
            script.AddRange(fitting.Take(count - script.Count));
        }

        return script;
    }
}
