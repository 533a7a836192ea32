using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

/// <summary>Stored predictions by key, by a job's custom ids, and by revision.</summary>
public sealed class LookupCommandTests : IAsyncLifetime
{
    private const string LookUp = "POST /v1/predictions/lookup", History = "GET /v1/predictions/history";
    private static readonly Guid Key = Guid.Parse("0198c0de-0000-7000-8000-00000000000a"), Other = Guid.Parse("0198c0de-0000-7000-8000-00000000000b");
    private static readonly string Job = Sample.JobId.ToString(), Revision = new('a', 64), Newer = new('b', 64);
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Keys_are_looked_up_and_the_table_says_who_answered_when_and_for_which_job()
    {
        _server.On(LookUp, new LookupResponse([Found("a fine film"), new(false, Other, null, null, null, null, null, null, null)]));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.NotFound, await cli.RunAsync("lookup", "--key", Key.ToString(), "--key", Other.ToString("N")));

        Assert.Equal([Key.ToString(), Other.ToString()], JsonNode.Parse(_server.Single(LookUp).Body)!["keys"]!.AsArray().Select(k => (string?)k));
        Assert.Equal("found\tkey\tinput\toutput\tmodel\tstored\tjob", cli.Lines[0]);
        Assert.Equal($"yes\t{Key}\ta fine film\tPOSITIVE 0.900\tsentiment@aaaaaaaaaaaa\t2026-01-02 03:04:05Z\t{Job}", cli.Lines[1]);
        Assert.Equal(["no", Other.ToString(), "", "", "", "", ""], cli.Lines[2].Split('\t'));
    }

    [Fact]
    public async Task A_jobs_records_are_looked_up_by_custom_id()
    {
        _server.On(LookUp, new LookupResponse([Found("a fine film") with { CustomId = "T-1" }]));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.Done, await cli.RunAsync("lookup", "--job", Job, "--id", "T-1"));

        var asked = JsonNode.Parse(_server.Single(LookUp).Body)!;
        Assert.Equal((Job, "T-1"), ((string?)asked["job_id"], (string?)asked["custom_ids"]![0]));
        Assert.StartsWith("yes\tT-1\ta fine film\tPOSITIVE 0.900\tsentiment@aaaaaaaaaaaa\t", cli.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_is_looked_up_in_a_terminal_with_the_revision_that_answered()
    {
        _server.On(LookUp, new LookupResponse([Found("a fine film") with { Model = $"sentiment@{Revision[..8]}" }]));
        var cli = new TestCli(_server) { Terminal = true };
        Assert.Equal(ExitCodes.Done, await cli.RunAsync("lookup", "--model", $"sentiment@{Revision[..8]}", "a fine film"));
        foreach (string shown in (string[])["sentiment@aaaaaaaaaaaa", "2026-01-02 03:04:05Z", Job]) Assert.Contains(shown, cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_apis_resource()
    {
        _server.On(LookUp, new LookupResponse([Found("a fine film")]));
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.Done, await cli.RunAsync("lookup", "--key", Key.ToString(), "--json"));
        Assert.Equal(JsonSerializer.Serialize(Found("a fine film"), ApiJson.Options), Assert.Single(cli.Lines));
    }

    [Fact]
    public async Task A_history_has_a_row_for_each_revision()
    {
        _server.On(History, new LookupResponse([new(false, Other, null, "a fine film", null, "sentiment", Newer, null, null), Found("a fine film")]));
        var (table, json) = (new TestCli(_server), new TestCli(_server));
        Assert.Equal(ExitCodes.Done, await table.RunAsync("history", "--model", "sentiment", "--param", "top_k=1", "a fine film", "its pair"));

        Assert.Equal("?model=sentiment&input=a%20fine%20film&input_pair=its%20pair&parameters=%7B%22top_k%22%3A1%7D", _server.Single(History).Query);
        Assert.Equal(["found\toutput\tmodel\tstored\tjob", "no\t\tsentiment@bbbbbbbbbbbb\t\t"], table.Lines[..2]);
        Assert.Equal($"yes\tPOSITIVE 0.900\tsentiment@aaaaaaaaaaaa\t2026-01-02 03:04:05Z\t{Job}", table.Lines[2]);
        Assert.Equal(ExitCodes.Done, await json.RunAsync("history", "--model", "sentiment", "a fine film", "--json"));
        Assert.Equal([Newer, Revision], json.Lines.Select(l => (string?)JsonNode.Parse(l)!["revision"]));
    }

    [Fact]
    public async Task A_text_that_no_revision_has_answered_is_not_found()
    {
        _server.On(History, new LookupResponse([new(false, Other, null, "a fine film", null, "sentiment", Newer, null, null)]));
        Assert.Equal(ExitCodes.NotFound, await new TestCli(_server).RunAsync("history", "--model", "sentiment", "a fine film"));
    }

    private static LookupResult Found(string input) => new(
        true, Key, null, input, JsonDocument.Parse("""[{"label":"POSITIVE","score":0.9}]""").RootElement, "sentiment", Revision, Sample.JobId, Sample.Start);
}
