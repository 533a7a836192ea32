using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.ObjectStores;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary><c>batchinfer run</c> of a language model: what its prompt and its options write, and what that is stored under.</summary>
public sealed class GenerationRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestModelFolder _parrot = Parrot.Create();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Model => Path.GetFileName(_parrot.Root);

    public void Dispose()
    {
        _parrot.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Template_system_text_examples_and_beams_make_the_stored_texts()
    {
        var lines = await RunAsync(
            "--template", "film {{ w }}", "--system", "bad", "--examples", _folder.File("shots.jsonl", "{\"input\":{\"w\":\"good\"},\"output\":\"film\"}\n"),
            "--add-special-tokens", "false", "--max-new-tokens", "2", "--num-beams", "2", "--num-return-sequences", "2");

        // The parrot goes on from the last word, and from any it knows nothing of with any other.
        Assert.Equal([" good film", " films"], lines.Select(l => l.Output!.Value[0].GetProperty("text").GetString()));
        Assert.All(lines, l => Assert.Equal(2, l.Output!.Value.GetArrayLength()));
        Assert.All(lines, l => Assert.Equal((2, "length"), (l.Output!.Value[0].GetProperty("tokens").GetInt32(), l.Output!.Value[0].GetProperty("finish_reason").GetString())));
        var parameters = new JsonObject { ["add_special_tokens"] = false, ["max_new_tokens"] = 2, ["num_beams"] = 2, ["num_return_sequences"] = 2 };
        await AssertStoredAsync(lines, parameters, "bad\n\nfilm good film\n\nfilm a", "bad\n\nfilm good film\n\nfilm bad good");
    }

    [Fact]
    public async Task A_chat_and_chance_make_the_stored_texts()
    {
        _parrot.Write("tokenizer_config.json", """{"chat_template":"{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}good{% endif %}"}""");
        var lines = await RunAsync(
            "--chat", "--template", "{{ w }}!", "--system", "@" + _folder.File("system.txt", "bad"), "--examples", """[{"input":{"w":"film"},"output":"a"}]""",
            "--max-new-tokens", "9", "--do-sample", "--temperature", "0.4", "--top-k", "2", "--seed", "5");
        Assert.All(lines, l => Assert.Equal((" films!", "stop"), (l.Output!.Value.GetProperty("text").GetString(), l.Output!.Value.GetProperty("finish_reason").GetString())));
        var parameters = new JsonObject { ["add_special_tokens"] = false, ["max_new_tokens"] = 9, ["do_sample"] = true, ["temperature"] = 0.4, ["top_k"] = 2, ["seed"] = 5 };
        const string Before = "system: bad\nuser: film!\nassistant: a\nuser: ";
        await AssertStoredAsync(lines, parameters, Before + "a!\ngood", Before + "bad good!\ngood");
    }

    private async Task<List<PredictionLine>> RunAsync(params string[] options)
    {
        _parrot.Config["max_position_embeddings"] = 64;
        string input = _folder.File("in.jsonl", "{\"id\":\"x\",\"w\":\"a\"}\n{\"id\":\"y\",\"w\":\"bad good\"}\n"), output = _folder["out.jsonl"];
        var (code, _, error) = await CliProcess.RunAsync(new Dictionary<string, string>(), Ct,
            ["run", "--model", _parrot.Save(), "--input", input, "--id-field", "id", "--data", _folder["data"], "--output", output, .. options]);
        Assert.True(code == 0, error);
        var lines = (await File.ReadAllLinesAsync(output, Ct)).Select(l => JsonSerializer.Deserialize<PredictionLine>(l, ApiJson.Options)!).ToList();
        Assert.Equal(["x", "y"], lines.Select(l => l.CustomId));
        Assert.All(lines, l => Assert.Null(l.Error));
        return lines;
    }

    private async Task AssertStoredAsync(List<PredictionLine> lines, JsonObject parameters, params string[] prompts)
    {
        await using var host = await StandaloneHost.StartAsync(new StandaloneSettings { DataFolder = _folder["data"], Models = new Dictionary<string, string> { [Model] = _parrot.Root }, Quiet = true }, Ct);
        using var client = new BatchInferClient(host.BaseAddress);
        var found = await client.LookupAsync(new LookupRequest { Model = Model, Parameters = parameters, Inputs = [.. prompts.Select(p => (JsonNode)p)] }, Ct);
        Assert.All(found.Data, f => Assert.True(f.Found));
        Assert.Equal(lines.Select(l => l.Output!.Value.GetRawText()), found.Data.Select(f => f.Output!.Value.GetRawText()));
    }
}
