using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.Contracts;
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
    public async Task A_chat_is_shown_as_the_model_s_own_template_puts_it_together()
    {
        _model.SetTokenizerConfig(
            """{"model_max_length":64,"eos_token":"[EOS]","chat_template":"{% for m in messages %}{% if 'four' in m.content %}{{ raise_exception('No four!') }}{% endif %}{{ m.role }} {{ m.content }}{{ eos_token }}{% endfor %} eight"}""");
        string input = _folder.File("in.jsonl", "{\"a\":\"one two\"}\n{\"a\":\"four\"}\n");
        var cli = new TestCli(_server);
        int code = await cli.RunAsync("prompt", "preview", "--chat", "--model", _model.Folder, "--input", input, "--template", "seven {{ a }}", "--system", "eight",
            "--examples", """[{"input":{"a":"five"},"output":"six"}]""");
        Assert.Equal(ExitCodes.ErrorRows, code);
        // The tokens are those of the template: four ends of turns, and none that the tokenizer would put around the text.
        Assert.Equal(
            "--- line 1, 16 of 64 tokens\nsystem eight[EOS]user seven five[EOS]assistant six[EOS]user seven one two[EOS] eight\n"
            + "--- line 2, no prompt\ninvalid_prompt: The model's chat template refuses this prompt: No four!\n",
            cli.Out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_chat_asked_of_a_model_without_a_template_is_bad_input()
    {
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync("prompt", "preview", "--chat", "--model", _model.Folder, "--input", _folder.File("in.txt", "one\n")));
        Assert.Contains("no chat template", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("submit")]
    [InlineData("run")]
    public async Task A_job_is_sent_with_its_prompt_and_its_parameters(string command)
    {
        _server.On("POST /v1/files", Sample.File(), 201).On("GET /v1/models", Sample.Page(Sample.Model(Path.GetFileName(_model.Folder)))).On("GET /v1/jobs", Sample.Page<JobResource>())
            .On("POST /v1/jobs", Sample.Job(JobStatus.Validating), 202).On($"GET /v1/jobs/{Sample.JobId}", Sample.Job())
            .OnLines($"GET /v1/jobs/{Sample.JobId}/predictions", "{\"ordinal\":0}\n");
        var cli = new TestCli(_server);
        string[] own = command == "run" ? ["--data", _folder["data"], "--output", _folder["out.jsonl"]] : [];
        int code = await cli.RunAsync([command, "--model", _model.Folder, "--input", _folder.File("in.jsonl", "{\"a\":\"one\"}\n"), "--template", "@" + _folder.File("prompt.liquid", "seven {{ a }}"),
            "--system", "eight", "--examples", _folder.File("shots.jsonl", "{\"input\":{\"a\":\"five\"},\"output\":\"six\"}\n\n{\"input\":\"two\",\"output\":\"\"}\n"), "--chat",
            "--max-new-tokens", "5", "--num-beams", "2", .. own]);
        Assert.True(code == ExitCodes.Done, cli.Error);
        var body = JsonNode.Parse(_server.Single("POST /v1/jobs").Body)!;
        var expected = JsonNode.Parse("""{"template":"seven {{ a }}","system":"eight","examples":[{"input":{"a":"five"},"output":"six"},{"input":"two","output":""}],"chat":true}""");
        Assert.True(JsonNode.DeepEquals(expected, body["prompt"]), body.ToJsonString());
        Assert.Equal("""{"max_new_tokens":5,"num_beams":2}""", body["parameters"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"input":"a","output":"b"},{"input":{"q":1},"output":"c"}]""", 2)]
    [InlineData("""{"input":"a","output":"b"}""", 1)]
    [InlineData("\n {\"input\":\"a\",\"output\":\"b\"}\r\n\r\n{\"input\":\"c\",\"output\":\"d\"}\n", 2)]
    public async Task Examples_are_taken_from_the_command_line_or_a_file_as_lines_or_an_array(string examples, int count)
    {
        _server.On("POST /v1/jobs", Sample.Job(), 202);
        foreach (string value in (string[])[examples, _folder.File("examples.json", examples)])
            Assert.Equal(ExitCodes.Done, await new TestCli(_server).RunAsync("submit", "--model", "m", "--file-id", "f", "--examples", value));
        string[] sent = [.. _server.Requests.Where(r => r.Route == "POST /v1/jobs").Select(r => JsonNode.Parse(r.Body)!["prompt"]!["examples"]!.ToJsonString())];
        Assert.Equal(2, sent.Length);
        Assert.Equal(sent[0], sent[1]);
        Assert.Equal(count, JsonNode.Parse(sent[0])!.AsArray().Count);
    }

    [Theory]
    [InlineData("[{\"input\":\"a\"}]", "--examples: Example 1 should look like")]
    [InlineData("[{\"input\":\"a\",\"output\":\"b\"}, 5]", "--examples: Example 2 should look like")]
    [InlineData("[{\"input\":\"a\"", "--examples: The examples are no JSON")]
    [InlineData("{\"input\":\"a\",\"output\":\"b\"}\n{\"input\":\"a\",\"output\":1}", "--examples: Line 2 should look like")]
    [InlineData("{\"input\":\"a\",\"input\":\"b\",\"output\":\"c\"}", "--examples: Line 1 is no JSON")]
    [InlineData("{\"input\":[\"a\"],\"output\":\"c\"}", "--examples: Line 1 should look like")]
    [InlineData("/no/such/file", "--examples cannot be read")]
    public async Task Examples_that_cannot_be_read_are_bad_input(string examples, string said)
    {
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await cli.RunAsync("submit", "--model", "m", "--file-id", "f", "--examples", examples));
        Assert.Contains(said, cli.Error, StringComparison.Ordinal);
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
