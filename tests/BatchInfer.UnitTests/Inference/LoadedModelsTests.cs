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
        var (first, second, third) = (Served(a), Served(b), Served(c));
        using var loaded = Create(first.Package.Descriptor.SizeBytes * 2 + 100);
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
        var broken = Served(package);
        await Assert.ThrowsAsync<PermanentShardException>(() => loaded.LeaseAsync(broken, Ct));
        Assert.Empty(loaded.Revisions);
        await File.WriteAllBytesAsync(package.GraphPath, graph, Ct);
        var whole = Served(package);
        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => loaded.LeaseAsync(whole, Ct)));
        Assert.Single(leases.Select(l => l.Engine).Distinct());
        foreach (var lease in leases) lease.Dispose();
    }

    [Fact]
    public async Task Files_replaced_since_they_were_digested_are_not_served_as_the_old_revision()
    {
        using TestModelFolder folder = Folder(1), other = Folder(2);
        var served = Served(folder);
        File.Copy(other.Read()[0].GraphPath, served.Package.GraphPath, overwrite: true);
        File.SetLastWriteTimeUtc(served.Package.GraphPath, DateTime.UtcNow.AddSeconds(1));
        using var loaded = Create(long.MaxValue);
        await Assert.ThrowsAsync<ModelNotLoadedException>(() => loaded.LeaseAsync(served, Ct));
        Assert.Empty(loaded.Revisions);
    }

    private static ServedModel Served(TestModelFolder folder) => Served(folder.Read()[0]);

    private static ServedModel Served(ModelPackage package) => new(package, FolderSignature.Of(package.Directory));

    private static TestModelFolder Folder(int seed) => TestModelFolder.Embedder(TestModelFolder.Table(3, (id, i) => id * seed + i));

    private static LoadedModels Create(long bytes) => new(
        Options.Create(new ModelsOptions { MemoryBytes = bytes }), Options.Create(new InferenceOptions { ParallelRuns = 1 }), NullLogger<LoadedModels>.Instance);

    private static IOrderedEnumerable<string> Revisions(params ServedModel[] models) => models.Select(m => m.Package.Descriptor.Revision).Order();
}
