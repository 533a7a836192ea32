using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A worker without a shared disk serves what a coordinator has, and notices what comes and changes there.</summary>
public sealed class FetchedModelsTests
{
    [Fact(Timeout = 300_000)]
    public async Task Models_are_fetched_by_digest_and_changes_are_noticed_on_both_sides()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        string models = folder["models"];
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), Path.Combine(models, "sentiment"));
        await using var source = await StartAsync(folder["source"], models, ct);
        await using var taker = await StartAsync(folder["taker"], null, ct, $"--Models:Source={source.BaseAddress}", $"--Models:CacheFolder={folder["cache"]}");
        using var client = new BatchInferClient(taker.BaseAddress);

        var first = await client.ModelAsync("sentiment", ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(50), "c.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        var counts = (await client.CompletedAsync(job.Id, ct)).Counts;
        Assert.Equal((50, 0), (counts.Total, counts.Failed));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder["cache"], "*", SearchOption.AllDirectories), f => f.EndsWith(".py", StringComparison.Ordinal) || f.EndsWith(".part", StringComparison.Ordinal));

        // A new model, and a fine-tuned checkpoint in the place of the old one.
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), Path.Combine(models, "another"));
        await ModelFolderCopy.ChangeAsync(Path.Combine(models, "sentiment"), ct);

        Assert.Equal(first.Revision, (await client.ModelAsync("another", ct)).Revision);
        using var atSource = new BatchInferClient(source.BaseAddress);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        foreach (var server in (BatchInferClient[])[client, atSource])
        {
            ModelRevisionResource? second;
            while ((second = (await server.GetModelAsync("sentiment", ct)).Revisions!.FirstOrDefault(r => r.Revision != first.Revision)) is null) await timer.WaitForNextTickAsync(ct);
            Assert.Equal(first.Revision, (await server.GetModelAsync("sentiment", ct)).Revision);
            await server.PromoteModelAsync("sentiment", second.Revision, ct);
            var again = await server.SubmitAsync(GeneratedCorpus.Jsonl(20), "d.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
            Assert.Equal(second.Revision, again.Revision);
            Assert.Equal(20, (await server.CompletedAsync(again.Id, ct)).Counts.Total);
        }
    }

    private static Task<StandaloneHost> StartAsync(string data, string? models, CancellationToken ct, params string[] arguments) => StandaloneHost.StartAsync(
        new StandaloneSettings { DataFolder = data, ModelsFolder = models, Quiet = true, Arguments = [.. arguments, "--Models:RescanSeconds=1", "--Worker:HeartbeatSeconds=1"] }, ct);
}
