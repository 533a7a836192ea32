using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

public sealed class PlanCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.On("POST /v1/files", Sample.File());
        _server.On("GET /v1/models", Sample.Page(Sample.Model()));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_plan_on_a_server_is_a_table_or_the_apis_answer()
    {
        string input = Corpus();
        _server.On("POST /v1/jobs", Plan(new ModelPace(12, 34_567, 250, 5000)));
        var (table, json) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(ExitCodes.Done, await table.RunAsync("plan", "--model", "sentiment", "--input", input));
        Assert.Equal(ExitCodes.Done, await json.RunAsync("plan", "--model", "sentiment", "--input", input, "--json"));

        Assert.Contains("already predicted\t800", table.Lines);
        Assert.Contains("to compute\t100", table.Lines);
        Assert.Contains("tokens\tabout 2,000, by a sample of the corpus", table.Lines);
        Assert.Contains("time\tabout 1:31", table.Lines);
        Assert.Contains("worker-hours\tabout 0.05", table.Lines);
        Assert.Empty(table.Started);
        Assert.Equal(100, (long)JsonNode.Parse(Assert.Single(json.Lines))!["to_compute"]!);
        Assert.All(_server.Requests.Where(r => r.Path == "/v1/jobs"), r => Assert.Equal("?dry_run=true", r.Query));
    }

    [Fact]
    public async Task What_is_not_known_is_called_unknown_and_the_notes_say_why()
    {
        _server.On("POST /v1/jobs", Plan(null) with { AlreadyPredicted = null, Tokens = null, TokensFrom = null, WorkerHours = null, Seconds = null, Notes = ["Nothing was measured."] });
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.Done, await cli.RunAsync("plan", "--model", "sentiment", "--file-id", "file-1"));
        Assert.All((string[])["already predicted", "tokens", "time", "worker-hours"], row => Assert.Contains($"{row}\tunknown", cli.Lines));
        Assert.Contains("measured\tnothing yet", cli.Lines);
        Assert.Contains("Nothing was measured.", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_models_folder_is_planned_here_and_with_a_server_there()
    {
        string model = Path.Combine(_folder["models"], "sentiment");
        Directory.CreateDirectory(model);
        await File.WriteAllTextAsync(Path.Combine(model, "config.json"), "{}", TestContext.Current.CancellationToken);
        _server.On("POST /v1/jobs", Plan(null));
        var (here, there) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(ExitCodes.Done, await here.RunAsync("plan", "--model", model, "--input", Corpus(), "--data", _folder["data"]));
        Assert.Equal((1, _folder["data"]), (here.Stopped, Assert.Single(here.Started).DataFolder));

        await there.RunAsync("plan", "--model", "sentiment", "--input", Corpus(), "--server", _server.Address.ToString());
        Assert.Empty(there.Started);
    }

    [Theory]
    [InlineData("plan", "--model", "sentiment")]
    [InlineData("plan", "--model", "sentiment", "--input", "absent.txt")]
    [InlineData("plan", "--model", "sentiment", "--input", "absent.txt", "--file-id", "file-1")]
    public async Task A_corpus_that_is_not_one_is_refused_before_anything_is_asked(params string[] args)
    {
        Assert.Equal(ExitCodes.BadInput, await new TestCli(_server).RunAsync(args));
        Assert.Empty(_server.Requests);
    }

    private string Corpus()
    {
        string path = _folder["in.txt"];
        File.WriteAllText(path, "one\ntwo\n");
        return path;
    }

    private static JobPlan Plan(ModelPace? pace) => new(
        "sentiment", Sample.Revision, TaskNames.TextClassification, [], "file-1", 1000, 50, 900, 800, 100, 2000, TokenSource.Sample, pace, 0.05, 90.2, 2, []);
}
