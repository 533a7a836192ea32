using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A real embedder over real texts, on RabbitMQ and PostgreSQL, with workers that read the corpus by HTTP ranges.</summary>
[Collection(SharedServers.Name)]
public sealed class DistributedEmbeddingTests
{
    private const int Records = 5000;

    [Fact(Timeout = 600_000)]
    public async Task Every_record_once_and_equal_to_the_embedded_run_and_the_reference()
    {
        var ct = TestContext.Current.CancellationToken;
        using var temporary = new TemporaryFolder();
        string models = OneModelFolder.Link(temporary, "small-embed-bert");
        byte[] corpus = RealCorpus.Read(Records, "mixed-en/mixed-en-0.jsonl.gz");
        var request = new JobRequest { Model = "small-embed-bert", IdField = "id" };
        await using var cluster = await Cluster.StartAsync(models, workers: 2, ct, corporaByHttp: true);
        await cluster.Client.ModelAsync(request.Model, ct, workers: 2);

        var job = await cluster.Client.SubmitAsync(new MemoryStream(corpus), "corpus.jsonl", request, ct);
        var done = await cluster.Client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        var lines = await cluster.Client.LinesAsync(done, ct);

        // Batches of other rows and lengths round otherwise in the last place: equal as directions, not by bits.
        var embedded = await Embedded.RunAsync(models, corpus, request, ct);
        foreach (var (ours, theirs) in lines.Zip(embedded))
        {
            Assert.Equal(theirs.CustomId, ours.CustomId);
            Assert.InRange(Cosine(ours.Output!.Value, theirs.Output!.Value), 0.99999, 1.00001);
        }

        var reference = RealCorpus.Reference("small-embed-bert-mixed-en-0");
        var compared = lines.Where(l => reference.ContainsKey(l.CustomId)).ToList();
        Assert.Equal(reference.Count, compared.Count);
        Assert.All(compared, line => Assert.InRange(Cosine(line.Output!.Value, reference[line.CustomId].GetProperty("embedding")), 0.9999, 1.0001));
    }

    private static double Cosine(JsonElement a, JsonElement b)
    {
        double[] x = [.. a.EnumerateArray().Select(v => v.GetDouble())], y = [.. b.EnumerateArray().Select(v => v.GetDouble())];
        Assert.Equal(x.Length, y.Length);
        return x.Zip(y, (p, q) => p * q).Sum() / Math.Sqrt(x.Sum(v => v * v) * y.Sum(v => v * v));
    }
}
