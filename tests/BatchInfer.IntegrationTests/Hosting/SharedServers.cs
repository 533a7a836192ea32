namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>
/// Tests that run whole clusters run one after the other: all at once they would only wait for each other's cores. They are four rows of about
/// equal length side by side, since clusters also wait, for starts, leases and ticks: this one, <see cref="OperatedServers"/>,
/// <see cref="ClusterFaults"/> and <see cref="ServerFaults"/>. <see cref="RowsFirst"/> starts them before all else.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SharedServers
{
    public const string Name = "servers";
}
