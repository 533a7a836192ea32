using System.IO.Compression;
using System.Security.Cryptography;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.IntegrationTests.ObjectStores;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>`batchinfer export --resume` whose connection breaks in the second of its two parts.</summary>
public sealed class ResumedExportTests(EmbeddedApi api) : IDisposable
{
    // A part is 100,000 records: enough that the second one can break in its middle.
    private const int Records = 120_000, Part = 100_000;
    private static Task<JobResource>? s_job;
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("jsonl")]
    [InlineData("jsonl.gz")]
    [InlineData("csv", "--with-input")]
    [InlineData("csv.gz")]
    [InlineData("csv.zst")]
    public async Task It_goes_on_behind_its_last_whole_part_and_ends_as_one_that_never_broke(string ending, params string[] more)
    {
        var job = await JobAsync();
        string whole = _folder["whole." + ending], resumed = _folder["resumed." + ending];
        Assert.Equal(ExitCodes.Done, (await ExportAsync(api.Http.BaseAddress!, job.Id, whole, ["--resume", .. more])).ExitCode);
        await BreakAsync(job.Id, resumed, new FileInfo(whole).Length, more);

        await using var proxy = CuttingProxy.Start(api.Http.BaseAddress!);
        var (exitCode, said) = await ExportAsync(proxy.Url, job.Id, resumed, ["--resume", .. more]);

        Assert.Equal((ExitCodes.Done, $"Going on behind record {Part}."), (exitCode, said.Split('\n')[0]));
        Assert.InRange(proxy.PassedOn, 1, new FileInfo(whole).Length / 2);
        Assert.Equal(await DigestAsync(whole), await DigestAsync(resumed));
        Assert.Equal([resumed, whole], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
        if (ending.EndsWith("zst", StringComparison.Ordinal)) return;
        // And as one that was written at once: of that, packed parts are not the bytes but the content.
        string atOnce = _folder["at-once." + ending.Replace(".gz", "", StringComparison.Ordinal)];
        Assert.Equal(ExitCodes.Done, (await ExportAsync(api.Http.BaseAddress!, job.Id, atOnce, more)).ExitCode);
        Assert.Equal(await DigestAsync(atOnce), await DigestAsync(resumed, unpack: ending.EndsWith("gz", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task It_begins_anew_where_what_is_there_is_not_what_was_noted_or_is_anothers()
    {
        var job = await JobAsync();
        string whole = _folder["whole.jsonl"], resumed = _folder["resumed.jsonl"];
        Assert.Equal(ExitCodes.Done, (await ExportAsync(api.Http.BaseAddress!, job.Id, whole, ["--resume"])).ExitCode);
        await BreakAsync(job.Id, resumed, new FileInfo(whole).Length, []);
        await using (var part = File.OpenWrite(resumed + ".part")) part.SetLength(new FileInfo(whole).Length / 2);
        Assert.Equal((ExitCodes.Done, $"120,000 rows written to {resumed} (jsonl)."), await ExportAsync(api.Http.BaseAddress!, job.Id, resumed, ["--resume"]));
        Assert.Equal(await DigestAsync(whole), await DigestAsync(resumed));

        await BreakAsync(job.Id, resumed, new FileInfo(whole).Length, []);
        var other = await api.PredictAsync("another job's only record", "other.txt", new JobRequest(), Ct);
        Assert.Equal((ExitCodes.Done, $"1 row written to {resumed} (jsonl)."), await ExportAsync(api.Http.BaseAddress!, other.Id, resumed, ["--resume"]));
        Assert.Single(await File.ReadAllLinesAsync(resumed, Ct));
    }

    [Theory]
    [InlineData("A Parquet file cannot be continued: its end names its beginning. Export it without --resume, or as jsonl or csv.", "--output", "out.parquet")]
    [InlineData("--resume goes on with a file: name one with --output.")]
    [InlineData("--resume goes on with a file: name one with --output.", "--output", "s3://bucket/out.jsonl")]
    [InlineData("--resume goes on with a file: name one with --output.", "--output", "out.jsonl", "--errors")]
    public async Task What_cannot_be_resumed_is_refused(string sentence, params string[] options)
    {
        var job = await api.PredictAsync("a fine film", "r.txt", new JobRequest(), Ct);
        string[] here = [.. options.Select(o => o.StartsWith("out.", StringComparison.Ordinal) ? _folder[o] : o)];
        var (exitCode, output, error) = await RunAsync(api.Http.BaseAddress!, ["export", job.Id.ToString(), "--resume", .. here]);
        Assert.Equal((ExitCodes.BadInput, "", sentence), (exitCode, output, error));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private Task<JobResource> JobAsync() => s_job ??= api.PredictAsync(
        string.Join('\n', Enumerable.Range(0, Records).Select(i => i % 1000 == 7 ? " " : $"sentence {i % 60}")), "long.txt", new JobRequest(), Ct);

    /// <summary>Lets an export break off behind eleven twelfths: nothing has its name, and the first part is kept.</summary>
    private async Task BreakAsync(Guid job, string path, long length, string[] more)
    {
        File.Delete(path);
        await using var proxy = CuttingProxy.Start(api.Http.BaseAddress!, length * 11 / 12);
        var (exitCode, said) = await ExportAsync(proxy.Url, job, path, ["--resume", .. more]);
        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.StartsWith("The connection to the server broke", said, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        Assert.InRange(new FileInfo(path + ".part").Length, length / 2, length - 1);
    }

    private static async Task<(int ExitCode, string Said)> ExportAsync(Uri server, Guid job, string path, string[] more)
    {
        var (exitCode, _, error) = await RunAsync(server, ["export", job.ToString(), "--output", path, .. more]);
        return (exitCode, error);
    }

    private static Task<(int ExitCode, string Out, string Error)> RunAsync(Uri server, string[] arguments) =>
        CliProcess.RunAsync(new Dictionary<string, string> { ["BATCHINFER_SERVER"] = server.ToString() }, Ct, arguments);

    private static async Task<string> DigestAsync(string path, bool unpack = false)
    {
        await using var file = File.OpenRead(path);
        await using Stream content = unpack ? new GZipStream(file, CompressionMode.Decompress) : file;
        return Convert.ToHexString(await SHA256.HashDataAsync(content, Ct));
    }
}
