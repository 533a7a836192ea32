using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

public sealed class RunCommandTests : IAsyncLifetime
{
    private static readonly string Job = Sample.JobId.ToString();
    private readonly TemporaryFolder _folder = new();
    private FakeServer _server = null!;
    private string _input = null!;
    private string _model = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _input = _folder.File("in.txt", "good\nbad\n");
        _model = Path.GetDirectoryName(_folder.File("models/sentiment/config.json", "{}"))!;
        using var output = JsonDocument.Parse("""[{"label":"negative","score":0.1},{"label":"positive","score":0.9}]""");
        _server
            .On("GET /v1/models", Sample.Page(Sample.Model()))
            .On("POST /v1/files", Sample.File(), 201)
            .On("GET /v1/jobs", Sample.Page<JobResource>())
            .On("POST /v1/jobs", Sample.Job(JobStatus.Validating), 202)
            .On($"GET /v1/jobs/{Job}", Sample.Job())
            .On($"GET /v1/jobs/{Job}/predictions", Sample.Page(
                new PredictionLine(0, "1", output.RootElement.Clone(), null),
                new PredictionLine(1, "2", null, new RecordError("empty_text", "The text is empty.", 2))))
            .On("POST /v1/predictions/lookup", new LookupResponse(
            [
                new(true, Guid.Empty, "1", "a [good] film\u001b[2J", output.RootElement.Clone(), "sentiment", Sample.Revision, null, null),
                new(false, null, "2", null, null, null, null, null, null),
            ]));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_an_output_it_shows_samples_and_totals(bool terminal)
    {
        var cli = new TestCli(_server) { Terminal = terminal };
        Assert.Equal(0, await RunAsync(cli));

        Assert.Contains("a [good] film[2J", cli.Out, StringComparison.Ordinal);
        Assert.Contains("positive 0.900", cli.Out, StringComparison.Ordinal);
        Assert.Contains("empty_text: The text is empty.", cli.Out, StringComparison.Ordinal);
        Assert.Contains("duplicates", cli.Out, StringComparison.Ordinal);
        Assert.Equal(terminal, cli.Out.Contains('\u001b'));
        Assert.Equal(1, cli.Stopped);
        var settings = Assert.Single(cli.Started);
        Assert.Equal(new KeyValuePair<string, string>("sentiment", _model), Assert.Single(settings.Models));
        Assert.True(settings.Quiet);
    }

    [Fact]
    public async Task For_a_script_it_writes_one_object()
    {
        var cli = new TestCli(_server);
        Assert.Equal(0, await RunAsync(cli, "--json"));
        var result = JsonNode.Parse(Assert.Single(cli.Lines))!;
        Assert.Equal(("completed", 100L, 40L), ((string?)result["status"], (long?)result["total"], (long?)result["cached"]));
        Assert.Equal(2, result["samples"]!.AsArray().Count);
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task With_an_output_it_streams_the_predictions_into_the_file()
    {
        _server.OnLines($"GET /v1/jobs/{Job}/predictions", "{\"ordinal\":0}\n").On($"GET /v1/jobs/{Job}", Sample.Job(counts: Sample.Counts(failed: 1)));
        string path = Path.Combine(_folder.Path, "out.jsonl");
        var (file, pipe) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(ExitCodes.ErrorRows, await RunAsync(file, "--output", path));
        Assert.Equal("{\"ordinal\":0}\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Contains("1 failed", file.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.ErrorRows, await RunAsync(pipe, "--output", "-"));
        Assert.Equal("{\"ordinal\":0}\n", pipe.Out);
    }

    [Fact]
    public async Task A_model_that_only_an_earlier_run_served_is_wrong_input()
    {
        _server.On("GET /v1/models", Sample.Page(Sample.Model() with { Workers = 0 }, Sample.Model("other")));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await RunAsync(cli));
        Assert.Contains("these are: other.", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_served_is_wrong_input()
    {
        _server.On("GET /v1/models", Sample.Page(Sample.Model("other")));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await RunAsync(cli));
        Assert.Contains("other", cli.Error, StringComparison.Ordinal);
        Assert.Equal(1, cli.Stopped);
    }

    [Theory]
    [InlineData("config.json", "{", "config.json")]
    [InlineData("config.json", "{}", "config.json")]
    [InlineData("tokenizer.json", "{\"model\":", "tokenizer.json")]
    [InlineData("tokenizer.json", null, "tokenizer.json")]
    [InlineData("model.onnx", null, "has no onnx/model.onnx")]
    [InlineData("model.onnx", "\u0008\u0009:\u00f0", "model.onnx is not an ONNX model")]
    public async Task Why_a_model_cannot_be_served_is_said_in_the_words_of_its_folder_s_reader(string file, string? content, string says)
    {
        using var model = TestModelFolder.Classifier(TestModelFolder.Table(2, (_, _) => 0), "A", "B");
        string path = Path.Combine(model.Save(), file);
        if (content is null) File.Delete(path);
        else await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        _server.On("GET /v1/models", Sample.Page<ModelResource>());
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync("run", "--model", model.Root, "--input", _input, "--data", Path.Combine(_folder.Path, "data")));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.Equal(Assert.Single(ModelPackage.ReadFolder(Path.GetFileName(model.Root), model.Root).Problems), cli.Error.Trim());
    }

    [Theory]
    [InlineData("input.file_id", "--input: It is wrong.")]
    [InlineData("deadline_seconds", "--deadline: It is wrong.")]
    [InlineData("text_field", "--text-field: It is wrong.")]
    [InlineData("parameters.max_length", "--max-length: It is wrong.")]
    [InlineData("prompt.template", "--template: It is wrong.")]
    [InlineData("metadata.a", "--metadata: It is wrong.")]
    [InlineData("unheard_of", "unheard_of: It is wrong.")]
    public async Task What_the_api_refuses_is_said_of_the_option(string field, string says)
    {
        _server.OnProblem("POST /v1/jobs", 400, "invalid_request", field, "It is wrong.");
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await RunAsync(cli));
        Assert.Equal(says, cli.Error.Trim());
    }

    [Fact]
    public async Task It_continues_an_unfinished_job_of_the_same_file_model_and_parameters()
    {
        _server.On("GET /v1/jobs", Sample.Page(Sample.Job(), Sample.Job(JobStatus.Running, Sample.Counts(computed: 5, cached: 0))));
        var cli = new TestCli(_server);
        Assert.Equal(0, await RunAsync(cli, "--param", "max_length=128"));
        Assert.Contains($"Continuing job {Job}, 5 records", cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Requests, r => r.Route == "POST /v1/jobs");
    }

    [Fact]
    public async Task It_submits_anew_when_the_unfinished_job_differs()
    {
        _server.On("GET /v1/jobs", Sample.Page(Sample.Job(JobStatus.Running) with { TextField = "body" }, Sample.Job(JobStatus.Cancelling)));
        Assert.Equal(0, await RunAsync(new TestCli(_server)));
        var body = JsonNode.Parse(_server.Single("POST /v1/jobs").Body)!;
        Assert.Equal("text", (string?)body["metadata"]!["batchinfer.format"]);
    }

    [Fact]
    public async Task A_job_that_fails_exits_with_1_and_says_why()
    {
        _server.On($"GET /v1/jobs/{Job}", Sample.Job(JobStatus.Failed, message: "Too many errors."));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli));
        Assert.Contains("Too many errors.", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out.csv", "format=csv&compression=none&")]
    [InlineData("out.PARQUET", "format=parquet&compression=none&")]
    [InlineData("out.jsonl.gz", "format=jsonl&compression=gzip&")]
    [InlineData("out.ndjson.zst", "format=jsonl&compression=zstd&")]
    [InlineData("out", "format=jsonl&compression=none&")]
    public async Task The_outputs_name_tells_its_format(string name, string asked)
    {
        _server.OnLines($"GET /v1/jobs/{Job}/predictions", "as asked\n");
        Assert.Equal(0, await RunAsync(new TestCli(_server), "--output", _folder[name]));
        Assert.Contains(asked, _server.Single($"GET /v1/jobs/{Job}/predictions").Query, StringComparison.Ordinal);
        Assert.Equal("as asked\n", await File.ReadAllTextAsync(_folder[name], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData]
    [InlineData("--output", "-")]
    [InlineData("--json")]
    public async Task A_job_that_stops_at_its_error_rows_shows_them_and_says_how_to_see_all(params string[] options)
    {
        _server.On($"GET /v1/jobs/{Job}", Sample.Job(JobStatus.Failed, Sample.Counts(failed: 21), "Stopped at 21 error rows."))
            .On($"GET /v1/jobs/{Job}/errors", new Page<ErrorLine>([new ErrorLine(1, "T-2", "empty_text", "The text is empty.", 3)], "more"));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, options));
        if (options is ["--json"])
        {
            Assert.Equal("empty_text", (string?)JsonNode.Parse(Assert.Single(cli.Lines))!["samples"]![0]!["error"]!["code"]);
            return;
        }

        if (options.Length == 0) Assert.Equal(["line\tid\tcode\tmessage", "3\tT-2\tempty_text\tThe text is empty."], cli.Lines);
        else Assert.Empty(cli.Out);
        Assert.Equal(options.Length > 0, cli.Error.Contains("Line 3 (T-2): empty_text: The text is empty.", StringComparison.Ordinal));
        Assert.Contains($"1 of 21 error rows. To see all: 'batchinfer serve --data {_folder["data"]} --models {_folder["models"]}', and beside it 'batchinfer errors {Job} --limit 21'", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_it_stops_the_server_and_says_how_to_continue()
    {
        using var interrupt = new CancellationTokenSource();
        _server.OnRaw($"GET /v1/jobs/{Job}", async (_, http) =>
        {
            await interrupt.CancelAsync();
            http.Abort();
        });
        var cli = new TestCli(_server) { Token = interrupt.Token };
        Assert.Equal(ExitCodes.Interrupted, await RunAsync(cli));
        Assert.Contains("running the same command again continues", cli.Error, StringComparison.Ordinal);
        Assert.Equal(1, cli.Stopped);
    }

    [Fact]
    public async Task A_data_folder_in_use_is_said_and_exits_with_1()
    {
        var cli = new TestCli(_server) { StartFailure = new CliException("The folder is in use by process 1.", ExitCodes.Failed) };
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli));
        Assert.Equal("The folder is in use by process 1.", cli.Error.Trim());
    }

    [Fact]
    public async Task Wrong_input_is_said_before_anything_is_started()
    {
        string empty = Path.Combine(_folder.Path, "models", "empty");
        Directory.CreateDirectory(empty);
        string unknown = _folder.File("in.bin", "x");
        (string[] Args, string Says)[] cases =
        [
            (["--model", _model, "--input", "nowhere.txt"], "nowhere.txt"),
            (["--model", _model, "--input", _folder.Path], "folder"),
            (["--model", _model, "--input", unknown], "--format"),
            (["--model", _model, "--input", _input, "--format", "xml"], "xml"),
            (["--model", empty, "--input", _input], "config.json"),
            (["--model", "./nowhere", "--input", _input], "no such folder"),
            (["--model", "nowhere", "--input", _input], "sentiment"),
            (["--model", _model, "--input", _input, "--task", "knitting"], "text-classification"),
            (["--model", _model, "--input", _input, "--output", _input], "overwritten"),
            (["--model", _model, "--input", _input, "--output", "/nowhere/out.jsonl"], "/nowhere"),
            // No user, not even root, makes a file in here.
            (["--model", _model, "--input", _input, "--output", "/proc/out.jsonl"], "/proc/out.jsonl"),
            (["--model", _model, "--input", _input, "--output", ""], "empty"),
            (["--model", _model, "--input", _input, "--output", _folder["out.xlsx"]], "jsonl, csv, parquet"),
            (["--model", _model, "--input", _input, "--output", _folder["out.parquet.gz"]], ".parquet"),
            (["--model", _model, "--input", _folder.File("in.tsv", "a\tb\n")], "tabs"),
        ];
        foreach (var (args, says) in cases)
        {
            var cli = new TestCli(_server);
            Assert.Equal(ExitCodes.BadInput, await cli.RunAsync(["run", .. args, "--models", Path.Combine(_folder.Path, "models")]));
            Assert.Contains(says, cli.Error, StringComparison.Ordinal);
            Assert.Empty(cli.Started);
        }
    }

    [Fact]
    public async Task Serve_says_where_it_listens_and_how_to_submit()
    {
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("serve", "--data", _folder.Path, "--models", Path.Combine(_folder.Path, "models")));
        Assert.Contains($"listens on {_server.Address.GetLeftPart(UriPartial.Authority)}", cli.Out, StringComparison.Ordinal);
        Assert.Contains("Models: sentiment", cli.Out, StringComparison.Ordinal);
        Assert.Contains("batchinfer submit", cli.Out, StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:5080", Assert.Single(cli.Started).Urls);
        Assert.Equal(1, cli.Stopped);
    }

    private Task<int> RunAsync(TestCli cli, params string[] more) =>
        cli.RunAsync(["run", "--model", _model, "--input", _input, "--data", Path.Combine(_folder.Path, "data"), .. more]);
}
