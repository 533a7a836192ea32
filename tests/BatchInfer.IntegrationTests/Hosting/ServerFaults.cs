namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>The same of its broker, its database and what lies between, and of everything at once.</summary>
[CollectionDefinition(Name)]
public sealed class ServerFaults
{
    public const string Name = "server faults";
}
