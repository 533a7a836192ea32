namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Tests that do something to a cluster's workers or coordinator and wait for it to go on, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterFaults
{
    public const string Name = "faults";
}
