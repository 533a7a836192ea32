namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>
/// Tests that start a whole cluster run one after the other: together they would only wait for each other's cores. Those of
/// <see cref="ClusterFaults"/> are a row of their own beside this one, since they mostly wait, for leases and restarts.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SharedServers
{
    public const string Name = "servers";
}
