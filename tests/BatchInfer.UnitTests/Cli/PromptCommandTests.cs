using System.Text.Json;
using BatchInfer.Cli;
using BatchInfer.UnitTests.Client;
using BatchInfer.UnitTests.Generation;

namespace BatchInfer.UnitTests.Cli;

/// <summary>`batchinfer prompt preview`, and the prompts and parameters of jobs.</summary>
public sealed class PromptCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryModel _model = new();
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task The_first_prompts_are_shown_as_the_model_would_see_them_with_their_tokens()
    {
        string input = _folder.File("in.jsonl", "{\"a\":\"one two\"}\n{\"b\":1}\n{\"a\":\"three\"}\n{\"a\":\"four\"}\n");
        string examples = _folder.File("shots.jsonl", "{\"input\":{\"a\":\"five\"},\"output\":\"six\"}\n");
        var cli = new TestCli(_server);
        int code = await cli.RunAsync("prompt", "preview", "--model", _model.Folder, "--input", input, "--template", "seven {{ a }}", "--system", "eight", "--examples", examples);
        Assert.Equal(ExitCodes.ErrorRows, code);
        Assert.Equal(
            "--- line 1, 7 of 64 tokens\neight\n\nseven five six\n\nseven one two\n--- line 2, no prompt\n",
            cli.Out[..cli.Out.IndexOf("missing_field", StringComparison.Ordinal)].ReplaceLineEndings("\n"));
        Assert.Contains("--- line 3, 6 of 64 tokens", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("line 4", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompts_longer_than_the_context_are_pointed_out()
    {
        string input = _folder.File("in.txt", string.Concat(Enumerable.Repeat("one ", 70)) + "\n");
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.ErrorRows, await cli.RunAsync("prompt", "preview", "--model", _model.Folder, "--input", input, "--json"));
        using var json = JsonDocument.Parse(cli.Out);
        Assert.Contains("70", json.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ a", "cannot be read")]
    [InlineData("@/no/such/file", "--template cannot be read")]
    public async Task A_template_that_cannot_be_read_is_bad_input(string template, string said)
    {
        string input = _folder.File("in.txt", "one\n");
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync("prompt", "preview", "--model", _model.Folder, "--input", input, "--template", template));
        Assert.Contains(said, cli.Error, StringComparison.Ordinal);
    }
}
