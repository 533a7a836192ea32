namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Tests that do something to a cluster and wait for it to go on, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterFaults
{
    public const string Name = "faults";
}
