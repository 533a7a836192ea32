using BatchInfer.IntegrationTests.Deployment;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(BatchInfer.IntegrationTests.Hosting.RowsFirst))]

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>The longest collections begin first: one that began late would run on alone when all others are done.</summary>
public sealed class RowsFirst : ITestCollectionOrderer
{
    /// <summary>Images, which are published one by one; then the rows of tests; then the classes by themselves, in xunit's order.</summary>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => c.TestCollectionDisplayName.Contains(nameof(PublishedImageTests), StringComparison.Ordinal) ? 0 : c.TestCollectionClassName is not null ? 1 : 2)];
}
