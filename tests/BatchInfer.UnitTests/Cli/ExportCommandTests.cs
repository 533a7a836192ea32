using System.IO.Compression;
using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

/// <summary>What `export` says of what it writes, and what it refuses.</summary>
public sealed class ExportCommandTests : IAsyncLifetime
{
    private static readonly string Job = Sample.JobId.ToString();
    private readonly TemporaryFolder _folder = new();
    private FakeServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.On($"GET /v1/jobs/{Job}", Sample.Job(counts: Sample.Counts(total: 6_920, computed: 6_000, cached: 919, failed: 1)))
            .OnLines($"GET /v1/jobs/{Job}/predictions", "rows\n")
            .On($"GET /v1/jobs/{Job}/errors", r => r.Query.Contains("cursor", StringComparison.Ordinal)
                ? Sample.Page(new ErrorLine(5, "b, \"c\"", "empty_text", "two\nlines", 6))
                : new Page<ErrorLine>([new ErrorLine(1, "a", "empty_text", "The text is empty.", 2)], "more"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("out.csv", "csv")]
    [InlineData("out.jsonl.gz", "jsonl, gzip")]
    [InlineData("out.parquet", "parquet, zstd", "--compression", "zstd")]
    [InlineData("out.xlsx", "csv", "--format", "csv")]
    public async Task It_says_what_it_wrote(string name, string how, params string[] options)
    {
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync(["export", Job, "-o", _folder[name], .. options]));
        Assert.Equal(("", $"6,920 rows written to {_folder[name]} ({how}).\n"), (cli.Out, cli.Error));
    }

    [Fact]
    public async Task For_a_script_it_says_so_in_json_and_in_a_pipe_nothing()
    {
        var (json, pipe) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(0, await json.RunAsync("export", Job, "-o", _folder["out.csv.gz"], "--json"));
        var said = JsonNode.Parse(Assert.Single(json.Lines))!;
        Assert.Equal((Job, _folder["out.csv.gz"], 6_920L, "csv", "gzip"),
            ((string?)said["job_id"], (string?)said["output"], (long)said["rows"]!, (string?)said["format"], (string?)said["compression"]));
        Assert.Empty(json.Error);

        Assert.Equal(0, await pipe.RunAsync("export", Job));
        Assert.Equal(("rows\n", ""), (pipe.Out, pipe.Error));
    }

    [Theory]
    [InlineData(JobStatus.Cancelled, "is cancelled")]
    [InlineData(JobStatus.Failed, "is failed")]
    [InlineData(JobStatus.Expired, "is expired")]
    [InlineData(JobStatus.Running, "is still running")]
    public async Task What_a_job_that_is_not_complete_lacks_is_said(JobStatus status, string how)
    {
        _server.On($"GET /v1/jobs/{Job}", Sample.Job(status, Sample.Counts(total: 6_920, computed: 500, cached: 60, failed: 4)));
        var (file, pipe) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(0, await file.RunAsync("export", Job, "-o", _folder["out.csv"]));
        Assert.Equal(0, await pipe.RunAsync("export", Job));
        string said = $"The job {how}: 564 of its 6,920 records are done; the export has no others.\n";
        Assert.Equal($"{said}The rows were written to {_folder["out.csv"]} (csv).\n", file.Error);
        Assert.Equal(("rows\n", said), (pipe.Out, pipe.Error));
    }

    [Fact]
    public async Task Error_rows_are_written_in_the_format_that_was_named()
    {
        const string Csv = "ordinal,custom_id,code,message,line\r\n1,a,empty_text,The text is empty.,2\r\n5,\"b, \"\"c\"\"\",empty_text,\"two\nlines\",6\r\n";
        var said = new TestCli(_server);
        Assert.Equal(0, await said.RunAsync("export", Job, "--errors", "-o", _folder["errors.csv"]));
        Assert.Equal($"2 error rows written to {_folder["errors.csv"]} (csv).\n", said.Error);
        Assert.Equal(Csv, await File.ReadAllTextAsync(_folder["errors.csv"], Ct));

        Assert.Equal(0, await new TestCli(_server).RunAsync("export", Job, "--errors", "-o", _folder["errors.csv.gz"]));
        await using (var packed = new GZipStream(File.OpenRead(_folder["errors.csv.gz"]), CompressionMode.Decompress))
        using (var reader = new StreamReader(packed)) Assert.Equal(Csv, await reader.ReadToEndAsync(Ct));

        var pipe = new TestCli(_server);
        Assert.Equal(0, await pipe.RunAsync("export", Job, "--errors", "--format", "csv"));
        Assert.Equal(Csv, pipe.Out);
    }

    [Theory]
    [InlineData("out.xlsx", "the formats are: jsonl, csv, parquet")]
    [InlineData("out.parquet.gz", "--compression gzip")]
    [InlineData("/proc/out.jsonl", "/proc/out.jsonl")]
    [InlineData("out.parquet", "not as parquet", "--errors")]
    [InlineData("out.csv.zst", "not as zstd", "--errors")]
    [InlineData("out.csv", "--with-input", "--errors", "--with-input")]
    public async Task What_cannot_be_written_is_refused_before_anything_is_asked(string name, string says, params string[] options)
    {
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync(["export", Job, "-o", Path.Combine(_folder.Path, name), .. options]));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
