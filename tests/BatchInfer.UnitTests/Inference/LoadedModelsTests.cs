using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.Worker.LoadModel;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Inference;

public sealed class LoadedModelsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_model_unused_for_longest_makes_room_and_one_in_use_never_does()
    {
        using TestModelFolder a = Folder(1), b = Folder(2), c = Folder(3);
        var (first, second, third) = (a.Read()[0], b.Read()[0], c.Read()[0]);
        using var loaded = Create(first.Descriptor.SizeBytes * 2 + 100);
        (await loaded.LeaseAsync(first, Ct)).Dispose();
        (await loaded.LeaseAsync(second, Ct)).Dispose();
        (await loaded.LeaseAsync(first, Ct)).Dispose();
        var held = await loaded.LeaseAsync(third, Ct);
        Assert.Equal(Revisions(first, third), loaded.Revisions.Order());

        // All in use: over the budget rather than a model taken from under its user.
        var (one, two) = (await loaded.LeaseAsync(first, Ct), await loaded.LeaseAsync(second, Ct));
        Assert.Equal(3, loaded.Revisions.Count);
        Assert.Single(await one.Engine.RunAsync("{}", "good"));
        one.Dispose();
        one.Dispose();
        Assert.Equal(Revisions(second, third), loaded.Revisions.Order());
        Assert.Single(await two.Engine.RunAsync("{}", "good"));
        two.Dispose();
        held.Dispose();
        Assert.Equal(2, loaded.Revisions.Count);
    }

    [Fact]
    public async Task Those_who_ask_together_share_one_load_and_a_failed_load_is_tried_again()
    {
        using var folder = Folder(1);
        var package = folder.Read()[0];
        using var loaded = Create(long.MaxValue);
        byte[] graph = await File.ReadAllBytesAsync(package.GraphPath, Ct);
        await File.WriteAllBytesAsync(package.GraphPath, graph[..(graph.Length / 2)], Ct);
        await Assert.ThrowsAsync<PermanentShardException>(() => loaded.LeaseAsync(package, Ct));
        Assert.Empty(loaded.Revisions);
        await File.WriteAllBytesAsync(package.GraphPath, graph, Ct);
        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => loaded.LeaseAsync(package, Ct)));
        Assert.Single(leases.Select(l => l.Engine).Distinct());
        foreach (var lease in leases) lease.Dispose();
    }

    private static TestModelFolder Folder(int seed) => TestModelFolder.Embedder(TestModelFolder.Table(3, (id, i) => id * seed + i));

    private static LoadedModels Create(long bytes) => new(
        Options.Create(new ModelsOptions { MemoryBytes = bytes }), Options.Create(new InferenceOptions { ParallelRuns = 1 }), NullLogger<LoadedModels>.Instance);

    private static IOrderedEnumerable<string> Revisions(params ModelPackage[] models) => models.Select(m => m.Descriptor.Revision).Order();
}
