using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;
using Microsoft.AspNetCore.Http;

namespace BatchInfer.UnitTests.Cli;

public sealed class RemoteCommandTests : IAsyncLifetime
{
    private static readonly string Job = Sample.JobId.ToString();
    private readonly TemporaryFolder _folder = new();
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_pipe_gets_tab_separated_rows_and_json_gets_the_apis_resource()
    {
        _server.On("GET /v1/jobs", Sample.Page(Sample.Job()));
        var (pipe, json) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(0, await pipe.RunAsync("jobs"));
        Assert.Equal(0, await json.RunAsync("jobs", "--json"));

        Assert.Equal(["id", Job], pipe.Lines.Select(l => l.Split('\t')[0]));
        Assert.DoesNotContain('\u001b', pipe.Out);
        Assert.Equal("completed", (string?)JsonNode.Parse(Assert.Single(json.Lines))!["status"]);
    }

    [Fact]
    public async Task Lists_are_walked_page_by_page_up_to_the_limit()
    {
        _server.On("GET /v1/jobs", r => r.Query.Contains("cursor=c1", StringComparison.Ordinal)
            ? new Page<JobResource>([Sample.Job(), Sample.Job()], "c2")
            : new Page<JobResource>([Sample.Job(), Sample.Job()], "c1"));
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("jobs", "--json", "--limit", "3"));
        Assert.Equal(3, cli.Lines.Length);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task What_a_corpus_holds_cannot_steer_the_terminal()
    {
        _server.On($"GET /v1/jobs/{Job}/errors", Sample.Page(
            new ErrorLine(0, "\u001b]0;owned\u0007id", "empty_text", "[red]not markup[/] \u001b[2Jgone\r\n\u202Eback\u009b1m", 1)));
        var (terminal, pipe) = (new TestCli(_server) { Terminal = true }, new TestCli(_server));
        Assert.Equal(0, await terminal.RunAsync("errors", Job));
        Assert.Equal(0, await pipe.RunAsync("errors", Job));

        Assert.Contains("[red]not markup[/] [2Jgone", terminal.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]0;", terminal.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", terminal.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u009b', terminal.Out);
        Assert.DoesNotContain('\u202E', terminal.Out);
        Assert.Equal("1\t]0;ownedid\tempty_text\t[red]not markup[/] [2Jgone  back1m", pipe.Lines[1]);
    }

    [Fact]
    public async Task A_problem_of_the_server_is_said_and_a_missing_job_exits_with_4()
    {
        _server.OnProblem($"GET /v1/jobs/{Job}", 404, "not_found", null, "There is no job.");
        _server.OnProblem("GET /v1/models", 503, "unavailable", null, "Come back later.\u001b[2J");
        var (missing, failing) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(ExitCodes.NotFound, await missing.RunAsync("status", Job));
        Assert.Equal("There is no job.", missing.Error.Trim());
        Assert.Equal(ExitCodes.Failed, await failing.RunAsync("models"));
        Assert.Equal("Come back later.[2J", failing.Error.Trim());
    }

    [Fact]
    public async Task Submit_uploads_and_prints_the_jobs_id_alone()
    {
        _server.On("POST /v1/files", Sample.File(), 201).On("POST /v1/jobs", Sample.Job(JobStatus.Validating), 202);
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("submit", "--model", "sentiment", "--input", _folder.File("in.csv", "text\na\n"), "--id-field", "k",
            "--idempotency-key", "once", "--priority", "7", "--metadata", "who=me", "--param", "max_length=9"));

        Assert.Equal(Job, cli.Out.Trim());
        var request = _server.Single("POST /v1/jobs");
        Assert.Equal("once", request.Headers["Idempotency-Key"]);
        var expected = """{"model":"sentiment","input":{"file_id":"file-1","format":"csv"},"id_field":"k","parameters":{"max_length":9},"priority":7,"metadata":{"who":"me"}}""";
        var actual = JsonNode.Parse(request.Body)!.AsObject();
        foreach (string name in actual.Where(m => m.Value is null).Select(m => m.Key).ToList()) actual.Remove(name);
        actual["input"]!.AsObject().Remove("records");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
    }

    [Theory]
    [InlineData(JobStatus.Completed, 0, ExitCodes.Done)]
    [InlineData(JobStatus.Completed, 2, ExitCodes.ErrorRows)]
    [InlineData(JobStatus.Failed, 0, ExitCodes.Failed)]
    [InlineData(JobStatus.Cancelled, 0, ExitCodes.Failed)]
    public async Task Watch_follows_to_the_end_and_tells_how_it_ended(JobStatus end, long failed, int exitCode)
    {
        int asked = 0;
        _server.On($"GET /v1/jobs/{Job}", _ => asked++ < 3
            ? Sample.Job(JobStatus.Running, Sample.Counts(computed: asked * 10))
            : Sample.Job(end, Sample.Counts(failed: failed), "the reason"));
        var (json, terminal) = (new TestCli(_server), new TestCli(_server) { Terminal = true });
        Assert.Equal(exitCode, await json.RunAsync("watch", Job, "--json"));
        Assert.Equal(["running", "running", "running", end.ToString().ToLowerInvariant()], json.Lines.Select(l => (string?)JsonNode.Parse(l)!["status"]));

        asked = 0;
        Assert.Equal(exitCode, await terminal.RunAsync("watch", Job));
        Assert.Contains("records/s", terminal.Error, StringComparison.Ordinal);
        Assert.Contains("file-1", terminal.Out, StringComparison.Ordinal);
        if (exitCode == ExitCodes.Failed) Assert.Contains("the reason", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_its_user_cancelled_needs_no_reason()
    {
        _server.On($"GET /v1/jobs/{Job}", Sample.Job(JobStatus.Cancelled));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.Failed, await cli.RunAsync("watch", Job));
        Assert.Equal("The job was cancelled. What it had predicted is kept.", cli.Error.Trim());
    }

    [Theory]
    [InlineData("input.file_id", "--file-id: ")]
    [InlineData("Idempotency-Key", "--idempotency-key: ")]
    public async Task What_the_api_refuses_is_said_of_the_option_that_was_given(string field, string says)
    {
        _server.OnProblem("POST /v1/jobs", 400, "invalid_request", field, "It is wrong.");
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync("submit", "--model", "sentiment", "--file-id", "file-1"));
        Assert.Equal($"{says}It is wrong.", cli.Error.Trim());
    }

    [Fact]
    public async Task Watch_says_once_what_a_job_waits_for()
    {
        int asked = 0;
        _server.On($"GET /v1/jobs/{Job}", _ => asked++ < 3
            ? Sample.Job(JobStatus.Running, Sample.Counts(), "Waiting for the other revision.") with { StatusDetail = JobStatusDetail.WaitingForWorkers }
            : Sample.Job());
        var lines = new TestCli(_server);
        Assert.Equal(ExitCodes.Done, await lines.RunAsync("watch", Job));
        Assert.Single(lines.Error.Split('\n'), l => l == "Waiting for the other revision.");
    }

    [Fact]
    public async Task An_export_is_there_whole_or_not_at_all()
    {
        string lines = "{\"ordinal\":0}\n{\"ordinal\":1}\n";
        _server.On($"GET /v1/jobs/{Job}", Sample.Job()).OnLines($"GET /v1/jobs/{Job}/predictions", lines);
        string path = Path.Combine(_folder.Path, "out.jsonl");
        Assert.Equal(0, await new TestCli(_server).RunAsync("export", Job, "--output", path));
        Assert.Equal(lines, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        var pipe = new TestCli(_server);
        Assert.Equal(0, await pipe.RunAsync("export", Job));
        Assert.Equal(lines, pipe.Out);

        _server.OnRaw($"GET /v1/jobs/{Job}/predictions", async (_, http) =>
        {
            http.Response.ContentType = BatchInferClient.JsonLines;
            await http.Response.WriteAsync("{\"ordinal\":0}\n");
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        Assert.Equal(ExitCodes.Failed, await new TestCli(_server).RunAsync("export", Job, "--output", path));
        Assert.Equal(lines, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Error_rows_are_exported_from_every_page()
    {
        _server.On($"GET /v1/jobs/{Job}", Sample.Job()).On($"GET /v1/jobs/{Job}/errors", r => r.Query.Contains("cursor", StringComparison.Ordinal)
            ? Sample.Page(new ErrorLine(5, "b", "empty_text", "m", 6))
            : new Page<ErrorLine>([new ErrorLine(1, "a", "empty_text", "m", 2)], "more"));
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("export", Job, "--errors"));
        Assert.Equal(["a", "b"], cli.Lines.Select(l => (string?)JsonNode.Parse(l)!["custom_id"]));
    }

    [Theory]
    [InlineData(true, ExitCodes.Done)]
    [InlineData(false, ExitCodes.NotFound)]
    public async Task A_lookup_exits_with_4_when_a_text_is_missed(bool found, int exitCode)
    {
        _server.On("POST /v1/predictions/lookup", new LookupResponse([new(found, Guid.Empty, null, "a", null, null, null, null, null, "b")]));
        var cli = new TestCli(_server) { In = "a\tb\n" };
        Assert.Equal(exitCode, await cli.RunAsync("lookup", "--model", "m", "--pair", "-"));
        Assert.Equal("""[["a","b"]]""", JsonNode.Parse(_server.Single("POST /v1/predictions/lookup").Body)!["inputs"]!.ToJsonString());
        Assert.StartsWith(found ? "yes\ta | b" : "no\ta | b", cli.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_uploaded_from_standard_input_listed_and_deleted()
    {
        _server.On("POST /v1/files", Sample.File(), 201).On("GET /v1/files", Sample.Page(Sample.File()));
        _server.OnRaw("DELETE /v1/files/file-1", (_, http) => { http.Response.StatusCode = 204; return Task.CompletedTask; });
        var upload = new TestCli(_server) { In = "one\n" };
        Assert.Equal(0, await upload.RunAsync("files", "upload", "-", "--format", "text"));
        Assert.Equal("file-1", upload.Out.Trim());
        Assert.Contains("one\n", _server.Single("POST /v1/files").Body, StringComparison.Ordinal);
        var list = new TestCli(_server);
        Assert.Equal(0, await list.RunAsync("files", "list"));
        Assert.Contains("1.2 kB", list.Lines[1], StringComparison.Ordinal);
        Assert.Equal(0, await new TestCli(_server).RunAsync("files", "delete", "file-1"));
        Assert.Equal(ExitCodes.NotFound, await new TestCli(_server).RunAsync("files", "delete", "file-2"));
    }

    [Theory]
    [InlineData("pause", "POST", "/pause", JobStatus.Paused)]
    [InlineData("resume", "POST", "/resume", JobStatus.Running)]
    [InlineData("priority", "PATCH", "", JobStatus.Running)]
    public async Task A_job_is_steered_and_answers_with_its_status(string command, string method, string path, JobStatus status)
    {
        _server.On($"{method} /v1/jobs/{Job}{path}", Sample.Job(status));
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync(command == "priority" ? [command, Job, "42"] : [command, Job]));
        Assert.Equal($"{Job}\t{status.ToString().ToLowerInvariant()}", cli.Out.Trim());
        if (command == "priority") Assert.Equal(42, (int?)JsonNode.Parse(_server.Single($"PATCH /v1/jobs/{Job}").Body)!["priority"]);
    }

    [Fact]
    public async Task A_retry_prints_the_new_jobs_id()
    {
        _server.On($"POST /v1/jobs/{Job}/retry", Sample.Job(JobStatus.Planning) with { Id = Guid.Empty, RetryOf = Sample.JobId }, 202);
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("retry", Job));
        Assert.Equal(Guid.Empty.ToString(), cli.Out.Trim());
    }

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("20", 20d)]
    [InlineData("0", 0d)]
    public async Task An_error_threshold_is_a_share_or_a_count(string given, double sent)
    {
        _server.On("POST /v1/jobs", Sample.Job(), 202);
        Assert.Equal(0, await new TestCli(_server).RunAsync("submit", "--model", "m", "--file-id", "f", "--error-threshold", given, "--deadline", "60"));
        var body = JsonNode.Parse(_server.Single("POST /v1/jobs").Body)!;
        Assert.Equal((sent, 60), ((double)body["error_threshold"]!, (int)body["deadline_seconds"]!));
    }

    [Theory]
    [InlineData("100%")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("some")]
    public async Task What_is_no_error_threshold_is_refused(string given) =>
        Assert.Equal(ExitCodes.BadInput, await new TestCli(_server).RunAsync("submit", "--model", "m", "--file-id", "f", "--error-threshold", given));

    [Fact]
    public async Task Cancel_and_models_answer_in_plain_text()
    {
        _server.On($"POST /v1/jobs/{Job}/cancel", Sample.Job(JobStatus.Cancelling), 202).On("GET /v1/models", Sample.Page(Sample.Model()));
        var (cancel, models) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(0, await cancel.RunAsync("cancel", Job));
        Assert.Equal($"{Job}\tcancelling", cancel.Out.Trim());
        Assert.Equal(0, await models.RunAsync("models"));
        Assert.Contains("negative, positive", models.Lines[1], StringComparison.Ordinal);
    }
}
