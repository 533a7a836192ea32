using System.IO.Compression;
using System.Net;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.EndToEnd;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Jobs on corpora in object stores, by a coordinator and workers that share no disk.</summary>
[Collection(OperatedServers.Name)]
public sealed class ObjectJobTests(ObjectServers servers) : IClassFixture<ObjectServers>
{
    private const int Records = 3000;
    private static readonly JobRequest Request = new() { Model = "small-sentiment-bert", IdField = "id" };

    [Fact(Timeout = 600_000)]
    public async Task A_corpus_in_an_object_store_is_answered_like_the_same_corpus_uploaded()
    {
        var ct = TestContext.Current.CancellationToken;
        using var temporary = new TemporaryFolder();
        byte[] corpus = RealCorpus.Read(Records, "sst2/sst2-dev.jsonl.gz", "rt-polarity/rt-polarity.jsonl.gz");
        await servers.PutS3Async("tickets/today.jsonl", corpus, ct);
        await servers.PutAzureAsync("tickets/today.jsonl", corpus, ct);
        servers.PutWeb("tickets/today.jsonl", corpus);
        var settings = Settings();
        await using var cluster = await Cluster.StartAsync(OneModelFolder.Link(temporary, Request.Model!), workers: 2, ct, corporaByHttp: true, settings: settings);
        var client = cluster.Client;
        await client.ModelAsync(Request.Model!, ct, workers: 2);

        var plan = await client.PlanJobAsync(On("s3://corpora/tickets/today.jsonl"), ct);
        Assert.Equal((Records, 0L), (plan.Records, plan.AlreadyPredicted));
        var first = await client.SubmitJobAsync(On("s3://corpora/tickets/today.jsonl"), null, ct);
        Assert.Equal(plan.FileId, first.FileId);
        var done = await client.CompletedAsync(first.Id, ct);
        Assert.Equal((Records, 0L), (done.Counts.Total, done.Counts.Failed));
        Assert.True(done.Counts.Computed > Records / 2);
        var lines = await client.LinesAsync(done, ct);
        // Nothing of it lies with the coordinator.
        Assert.Empty(Directory.EnumerateFiles(cluster.FilesFolder));

        var uploaded = await client.CompletedAsync((await client.SubmitAsync(new MemoryStream(corpus), "today.jsonl", Request, ct)).Id, ct);
        await AssertSameAsync(client, lines, uploaded, ct);
        foreach (string address in (string[])["az://corpora/tickets/today.jsonl", new Uri(servers.SecureUrl, "tickets/today.jsonl").AbsoluteUri])
            await AssertSameAsync(client, lines, await client.CompletedAsync((await client.SubmitJobAsync(On(address), null, ct)).Id, ct), ct);

        var file = await client.GetFileAsync(first.FileId, ct);
        Assert.Equal(("s3://corpora/tickets/today.jsonl", "today.jsonl", (long)corpus.Length, null), (file.Url, file.Filename, file.Bytes, file.Sha256));
        await ExportsAsync(cluster, done, settings, temporary, ct);
    }

    [Fact(Timeout = 600_000)]
    public async Task What_is_wrong_with_an_object_is_said_when_it_is_named_or_by_the_job()
    {
        var ct = TestContext.Current.CancellationToken;
        using var temporary = new TemporaryFolder();
        byte[] corpus = RealCorpus.Read(50, "sst2/sst2-dev.jsonl.gz");
        var settings = Settings();
        await using var cluster = await Cluster.StartAsync(OneModelFolder.Link(temporary, Request.Model!), workers: 0, ct, corporaByHttp: true, settings: settings);
        var client = cluster.Client;
        await client.ReadyAsync(ct);

        await servers.PutS3Async("packed.jsonl.gz", Gzip(corpus), ct);
        await servers.PutS3Async("packed.jsonl.zst", [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0], ct);
        var unpacked = await client.AddFileAsync(new FileAddress("s3://corpora/packed.jsonl.gz"), ct);
        var uploaded = await client.UploadFileAsync(new MemoryStream(corpus), "plain.jsonl", null, ct);
        Assert.Equal((uploaded.Id, null), (unpacked.Id, unpacked.Url));
        await RefusedAsync("s3://corpora/packed.jsonl.zst", HttpStatusCode.BadRequest, "Zstandard", RecordFormat.Jsonl);
        await RefusedAsync("s3://corpora/absent.jsonl", HttpStatusCode.BadRequest, "no object s3://corpora/absent.jsonl");
        await RefusedAsync("s3://another/absent.jsonl", HttpStatusCode.Forbidden, "ObjectStorage__Allow__0=s3://another/");
        await RefusedAsync("http://127.0.0.1/absent.jsonl", HttpStatusCode.Forbidden, "may not be read");
        await RefusedAsync("ftp://127.0.0.1/absent.jsonl", HttpStatusCode.BadRequest, "begins with s3://");

        // Replaced after it was named: the job on it fails with what to do, and a new one reads what is there now.
        await servers.PutS3Async("changing.jsonl", corpus, ct);
        await cluster.AddWorkerAsync(ct);
        await client.ModelAsync(Request.Model!, ct);
        var before = await client.AddFileAsync(new FileAddress("s3://corpora/changing.jsonl"), ct);
        await servers.PutS3Async("changing.jsonl", [.. corpus, (byte)'\n', .. corpus], ct);
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => client.SubmitJobAsync(Request with { Input = new JobInput { FileId = before.Id } }, null, ct));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("is not what it was", refused.Message, StringComparison.Ordinal);
        var after = await client.CompletedAsync((await client.SubmitJobAsync(On("s3://corpora/changing.jsonl"), null, ct)).Id, ct);
        Assert.Equal(100, after.Counts.Total);

        async Task RefusedAsync(string url, HttpStatusCode status, string message, RecordFormat? format = null)
        {
            var e = await Assert.ThrowsAsync<BatchInferApiException>(() => client.AddFileAsync(new FileAddress(url, format), ct));
            Assert.Equal(status, e.Status);
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 600_000)]
    public async Task Run_reads_the_object_that_its_user_names_and_no_setting_is_needed()
    {
        var ct = TestContext.Current.CancellationToken;
        using var temporary = new TemporaryFolder();
        byte[] corpus = RealCorpus.Read(40, "sst2/sst2-dev.jsonl.gz");
        await servers.PutS3Async("run.jsonl", corpus, ct);
        string model = Path.Combine(OneModelFolder.Link(temporary, Request.Model!), Request.Model!);
        await File.WriteAllBytesAsync(temporary["run.jsonl"], corpus, ct);
        await RunAsync("s3://corpora/run.jsonl", "object.jsonl");
        await RunAsync(temporary["run.jsonl"], "file.jsonl");
        Assert.Equal(await File.ReadAllTextAsync(temporary["file.jsonl"], ct), await File.ReadAllTextAsync(temporary["object.jsonl"], ct));

        async Task RunAsync(string input, string output)
        {
            var (code, _, error) = await CliProcess.RunAsync(servers.Environment, ct,
                "run", "--model", model, "--input", input, "--id-field", "id", "--data", temporary["data"], "-o", temporary[output]);
            Assert.True(code == 0, error);
        }
    }

    private async Task ExportsAsync(Cluster cluster, JobResource job, Dictionary<string, string> settings, TemporaryFolder temporary, CancellationToken ct)
    {
        var environment = new Dictionary<string, string>(settings) { ["BATCHINFER_SERVER"] = cluster.Coordinators[^1].BaseAddress.ToString() };
        await ExportAsync(temporary["file.csv"]);
        await ExportAsync("s3://corpora/out/labels.csv");
        await ExportAsync("az://corpora/out/labels.csv");
        byte[] file = await File.ReadAllBytesAsync(temporary["file.csv"], ct);
        Assert.Equal(Records + 1, Encoding.UTF8.GetString(file).TrimEnd().Split('\n').Length);
        Assert.Equal(file, await servers.GetS3Async("out/labels.csv", ct));
        Assert.Equal(file, await servers.GetAzureAsync("out/labels.csv", ct));

        // The input's own columns come from the object, too.
        async Task ExportAsync(string output)
        {
            var (code, _, error) = await CliProcess.RunAsync(environment, ct, "export", job.Id.ToString(), "--with-input", "-o", output);
            Assert.True(code == 0, error);
        }
    }

    private static async Task AssertSameAsync(BatchInferClient client, List<PredictionLine> expected, JobResource job, CancellationToken ct)
    {
        // Stored under equal keys: every record is read as the same text.
        Assert.Equal((0L, (long)Records), (job.Counts.Computed, job.Counts.Cached));
        var lines = await client.LinesAsync(job, ct);
        Assert.All(expected.Zip(lines), pair =>
        {
            Assert.Equal(pair.First.CustomId, pair.Second.CustomId);
            Assert.True(System.Text.Json.JsonElement.DeepEquals(pair.First.Output!.Value, pair.Second.Output!.Value));
        });
    }

    private Dictionary<string, string> Settings() => new(servers.Environment)
    {
        ["ObjectStorage__Allow__0"] = "s3://corpora/",
        ["ObjectStorage__Allow__1"] = "az://corpora/tickets/",
        ["ObjectStorage__Allow__2"] = servers.SecureUrl.AbsoluteUri,
        ["ObjectStorage__AllowPrivateNetworks"] = "true",
    };

    private static JobRequest On(string url) => Request with { Input = new JobInput { Url = url } };

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
