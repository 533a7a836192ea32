namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Tests that start a whole cluster run one after the other: together they would only wait for each other's cores.</summary>
[CollectionDefinition(Name)]
public sealed class SharedServers
{
    public const string Name = "servers";
}
