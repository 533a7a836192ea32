namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>What whoever runs a cluster sees of it and connects it with, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class OperatedServers
{
    public const string Name = "operations";
}
