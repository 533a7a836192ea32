using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(BatchInfer.IntegrationTests.Hosting.LongestFirst))]

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Starts first what takes ten minutes in a row: begun among the last, it would go on alone when all others are done.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_rows = [ClusterFaults.Name, SharedServers.Name, nameof(Deployment.PublishedImageTests)];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        ArgumentNullException.ThrowIfNull(testCollections);
        return [.. testCollections.OrderBy(c => Array.FindIndex(s_rows, row => c.TestCollectionDisplayName.Contains(row, StringComparison.Ordinal)) is var i and >= 0 ? i : s_rows.Length)];
    }
}
