using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

public sealed class DoctorCommandTests : IAsyncLifetime
{
    private static readonly string Version = typeof(CheckResource).Assembly.GetName().Version!.ToString(3);
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Where_all_is_well_it_says_so_and_ends_with_0()
    {
        _server.On("GET /v1/doctor", new DoctorResource(Version, [new("database", "coordinator", CheckState.Passed, "answers")]));
        _server.On("GET /v1/doctor/results", new DoctorResource(Version, [new("database", "results", CheckState.Passed, "answers")]));
        var cli = new TestCli(_server);
        Assert.Equal(0, await cli.RunAsync("doctor"));
        Assert.Contains("All 4 checks passed.", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_stands_first_and_what_to_do_is_said()
    {
        _server.On("GET /v1/doctor", new DoctorResource("0.0.9",
            [new("database", "coordinator", CheckState.Passed, "answers"), new("corpora", "worker-7", CheckState.Failed, "Permission denied", "Make it readable.")]));
        _server.On("GET /v1/doctor/results", new DoctorResource(Version, []));
        var (cli, json) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(1, await cli.RunAsync("doctor"));
        Assert.StartsWith("FAILED\tcorpora\tworker-7", cli.Lines[1], StringComparison.Ordinal);
        Assert.StartsWith("look\tserver\tcoordinator\thas version 0.0.9", cli.Lines[2], StringComparison.Ordinal);
        Assert.Contains("corpora (worker-7): Make it readable.", cli.Error, StringComparison.Ordinal);

        Assert.Equal(1, await json.RunAsync("doctor", "--json"));
        Assert.Equal(["warning", "passed", "failed", "passed"], json.Lines.Select(l => (string?)JsonNode.Parse(l)!["state"]));
    }

    [Fact]
    public async Task A_warning_is_no_failure()
    {
        _server.On("GET /v1/doctor", new DoctorResource(Version, [new("clock", "worker-7", CheckState.Warning, "+3 s off", "Run a time service.")]));
        _server.On("GET /v1/doctor/results", new DoctorResource(Version, []));
        Assert.Equal(0, await new TestCli(_server).RunAsync("doctor"));
    }

    [Fact]
    public async Task A_corpus_named_is_sent_in_the_body_and_a_path_whole()
    {
        string? sent = null;
        _server.On("POST /v1/doctor", request =>
        {
            sent = request.Body;
            return new DoctorResource(Version, [new("input", "coordinator", CheckState.Passed, "can be read"), new("input", "worker-7", CheckState.Failed, "There is no file.", "Mount it.")]);
        });
        _server.On("GET /v1/doctor/results", new DoctorResource(Version, []));
        var cli = new TestCli(_server);
        Assert.Equal(1, await cli.RunAsync("doctor", "--input", "tickets.jsonl"));
        Assert.Equal(Path.GetFullPath("tickets.jsonl"), (string?)JsonNode.Parse(sent!)!["input"]);
        Assert.StartsWith("FAILED\tinput\tworker-7\tThere is no file.", cli.Lines[1], StringComparison.Ordinal);
        Assert.Contains("input (worker-7): Mount it.", cli.Error, StringComparison.Ordinal);

        var json = new TestCli(_server);
        Assert.Equal(1, await json.RunAsync("doctor", "--json", "--input", "https://host/t.jsonl?signature=s"));
        Assert.Equal("https://host/t.jsonl?signature=s", (string?)JsonNode.Parse(sent!)!["input"]);
        Assert.Equal(["server", "input", "input", "server"], json.Lines.Select(l => (string?)JsonNode.Parse(l)!["name"]));
    }
}
