using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A real classifier over real texts, on RabbitMQ and PostgreSQL with worker processes.</summary>
[Collection(SharedServers.Name)]
public sealed class DistributedClassificationTests
{
    private const int Records = 5200;
    private static readonly JobRequest Request = new() { Model = "small-sentiment-bert", IdField = "id", Metadata = new Dictionary<string, string> { ["purpose"] = "test" } };
    private static Task<List<PredictionLine>>? s_embedded;

    [Theory(Timeout = 600_000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Every_record_once_and_equal_to_the_embedded_run_and_the_reference(int workers)
    {
        var ct = TestContext.Current.CancellationToken;
        using var temporary = new TemporaryFolder();
        string models = OneModelFolder.Link(temporary, "small-sentiment-bert");
        byte[] corpus = RealCorpus.Read(Records, "sst2/sst2-dev.jsonl.gz", "rt-polarity/rt-polarity.jsonl.gz");
        await using var cluster = await Cluster.StartAsync(models, workers, ct);
        var client = cluster.Client;
        await client.ModelAsync(Request.Model!, ct, workers);

        var job = await client.SubmitAsync(new MemoryStream(corpus), "corpus.jsonl", Request, ct);
        var done = await client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        var lines = await client.LinesAsync(done, ct);

        var embedded = await (s_embedded ??= Embedded.RunAsync(models, corpus, Request, ct));
        foreach (var (ours, theirs) in lines.Zip(embedded))
        {
            Assert.Equal(theirs.CustomId, ours.CustomId);
            Assert.Equal(Jobs.Scores(theirs.Output!.Value), Jobs.Scores(ours.Output!.Value));
        }

        int compared = CompareWithReference(lines);
        Assert.InRange(compared, 100, Records);

        // Again: nothing is sent to a model.
        var again = await client.SubmitJobAsync(Request with { Input = new JobInput { FileId = job.FileId } }, null, ct);
        var repeated = await client.CompletedAsync(again.Id, ct);
        Assert.Equal((0, Records), (repeated.Counts.Computed, repeated.Counts.Cached));
        var repeatedLines = await client.LinesAsync(repeated, ct);
        Assert.All(lines.Zip(repeatedLines), pair => Assert.True(JsonElement.DeepEquals(pair.First.Output!.Value, pair.Second.Output!.Value)));
    }

    private static int CompareWithReference(List<PredictionLine> lines)
    {
        var reference = RealCorpus.Reference("small-sentiment-bert-sst2-dev");
        int compared = 0;
        foreach (var line in lines)
        {
            if (!reference.TryGetValue(line.CustomId, out var expected)) continue;
            var (ours, theirs) = (Jobs.Scores(line.Output!.Value), Jobs.Scores(expected.GetProperty("labels")));
            Assert.Equal(theirs.Keys.Order(), ours.Keys.Order());
            foreach (var (label, score) in theirs) Assert.Equal(score, ours[label], 1e-4);
            compared++;
        }

        return compared;
    }
}
