using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

/// <summary>Commands about revisions, and about what is stored.</summary>
public sealed class RetentionCommandTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Retention_goes_on_until_there_is_no_cursor_and_adds_up()
    {
        _server.On("POST /v1/retention", r => r.Body.Contains("c1", StringComparison.Ordinal)
            ? new RetentionStep(0, 20, 5, ["aaaabbbbccccdddd"], null)
            : new RetentionStep(2, 100, 40, [], "c1"));
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("retention", "--model", "m", "--older-than", "36h", "--json"));

        var sum = JsonNode.Parse(Assert.Single(cli.Lines))!;
        Assert.Equal((2, 120, 45), ((int)sum["jobs_deleted"]!, (int)sum["predictions_examined"]!, (int)sum["predictions_deleted"]!));
        Assert.Contains("aaaabbbbcccc was left alone", cli.Error, StringComparison.Ordinal);
        var first = JsonNode.Parse(_server.Requests.First().Body)!;
        Assert.Equal(("m", 1.5, true), ((string)first["model"]!, (double)first["older_than_days"]!, (bool)first["jobs"]!));
    }

    [Theory]
    [InlineData("retention")]
    [InlineData("retention --older-than 90")]
    [InlineData("retention --older-than d")]
    [InlineData("jobs delete nonsense")]
    [InlineData("diff a b --job nonsense")]
    [InlineData("views create tickets --job 0194e7a2-0000-7000-8000-000000000001 --with-input")]
    [InlineData("views create tickets --model m --table --with-input")]
    public async Task What_is_wrong_is_said_before_anything_is_asked(string arguments)
    {
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync(arguments.Split(' ')));
        Assert.NotEmpty(cli.Error);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Promote_sends_the_revision_and_shows_all_of_them()
    {
        _server.On("POST /v1/models/sentiment/promote", Sample.Model() with
        {
            Revisions = [new ModelRevisionResource(Sample.Revision, true, 1, Sample.Start, Sample.Start), new ModelRevisionResource("eeeeffff", false, 0, Sample.Start, Sample.Start)],
        });
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("models", "promote", "sentiment", "aaaabbbb"));
        Assert.Equal("aaaabbbb", (string?)JsonNode.Parse(_server.Single("POST /v1/models/sentiment/promote").Body)!["revision"]);
        Assert.Equal($"{Sample.Revision}\tyes\t1", string.Join('\t', cli.Lines[1].Split('\t')[..3]));
    }

    [Fact]
    public async Task Diff_shows_coverage_and_the_worst_inputs()
    {
        using var output = JsonDocument.Parse("""[{"label":"good","score":0.9}]""");
        var report = new ComparisonReport(8, 0, 7, 1, 0.1, 0.5, null, null, [new ComparedRecord(3, "k", 1.5, output.RootElement, output.RootElement)]);
        _server.On("GET /v1/diff", new DiffResource(
            new DiffSide("m", "aaaabbbbccccdddd", 5), new DiffSide("m", "eeeeffff00001111", 5), null, 10, 8, 0, false, report, [new DiffInput("the text", "its pair")]));
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("diff", "m", "m@eeeeffff", "--limit", "10"));
        Assert.Equal("?old=m&new=m%40eeeeffff&limit=10&worst=5", _server.Single("GET /v1/diff").Query);
        Assert.Contains("8 (80%)", cli.Out, StringComparison.Ordinal);
        Assert.Contains("label flips\t1", cli.Out, StringComparison.Ordinal);
        Assert.Contains("the text | its pair", cli.Out, StringComparison.Ordinal);
        Assert.Contains("--limit", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_views_and_deletions_are_the_apis()
    {
        string job = Sample.JobId.ToString();
        _server.On("GET /v1/storage", new StorageResource("sqlite", 5_000_000, 1_000, false, [new TableStorage("predictions", 7, 400, 100)],
            [new ModelStorage("m", "aaaabbbbccccdddd", "text-classification", 7, 300)], [new JobStorage(Sample.JobId, 7, 90)]));
        var view = new ViewResource("reports", "tickets", false, $"job {job}", "SELECT * FROM reports.tickets");
        _server.On("PUT /v1/views/tickets", view).OnRaw($"DELETE /v1/jobs/{job}", (_, http) =>
        {
            http.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        _server.On("PUT /v1/views/rows", view with { Name = "rows", Table = true });
        var (storage, views, rows, delete) = (new TestCli(_server), new TestCli(_server), new TestCli(_server), new TestCli(_server));
        Assert.Equal(0, await storage.RunAsync("storage"));
        Assert.Equal(0, await views.RunAsync("views", "create", "tickets", "--job", job));
        Assert.Equal(0, await rows.RunAsync("views", "create", "rows", "--job", job, "--table", "--with-input"));
        Assert.Equal(0, await delete.RunAsync("jobs", "delete", job, "--json"));

        Assert.Contains("predictions\t7\t400 B\t100 B", storage.Out, StringComparison.Ordinal);
        Assert.Contains("m\taaaabbbbcccc\ttext-classification\t7\t300 B", storage.Out, StringComparison.Ordinal);
        Assert.Equal($"tickets\tview\tjob {job}\tSELECT * FROM reports.tickets", views.Lines[1]);
        Assert.Equal(job, (string?)JsonNode.Parse(_server.Single("PUT /v1/views/tickets").Body)!["job_id"]);
        var asked = JsonNode.Parse(_server.Single("PUT /v1/views/rows").Body)!;
        Assert.Equal((job, true, true), ((string?)asked["job_id"], (bool)asked["table"]!, (bool)asked["input"]!));
        Assert.Equal(job, (string?)JsonNode.Parse(Assert.Single(delete.Lines))!["id"]);
    }
}
