using System.Text.Json.Nodes;
using BatchInfer.Cli;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Cli;

/// <summary>The commands that bring models, describe them and make them smaller.</summary>
public sealed class ModelFilesCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _models = new();
    private readonly TestModelFolder _source = TestModelFolder.Classifier(TestModelFolder.Table(2, (id, i) => id * (i - 0.5f)), "NEGATIVE", "POSITIVE");
    private HubServer _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubServer.StartAsync();
        _source.Save();
        _hub.Files["config.json"] = Read("config.json");
        _hub.Files["tokenizer.json"] = Read("tokenizer.json");
        _hub.Files["onnx/model.onnx"] = Read("model.onnx");
        _hub.Files["onnx/model_quantized.onnx"] = Read("model.onnx");
        _hub.Files["pytorch_model.bin"] = [1, 2, 3];
        _hub.Files["../evil.json"] = [1];
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _models.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task Pull_takes_only_what_is_needed_and_sends_the_token_to_the_hub_alone()
    {
        var cli = Cli();
        cli.Variables["HF_TOKEN"] = "hf_secret";
        Assert.Equal(0, await RunAsync(cli, "models", "pull", "org/name@v1"));
        Assert.Equal(["config.json", "onnx/model.onnx", "tokenizer.json"], Pulled("name"));
        Assert.Contains("name\ttext-classification", cli.Out, StringComparison.Ordinal);
        Assert.All(_hub.Requests.Where(r => r.Host == "hub"), r => Assert.Equal("Bearer hf_secret", r.Authorization));
        Assert.Null(Assert.Single(_hub.Requests, r => r.Host == "store").Authorization);
        Assert.DoesNotContain("hf_secret", cli.Out + cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_takes_the_variant_asked_for_and_says_which_there_are()
    {
        Assert.Equal(0, await RunAsync(Cli(), "models", "pull", "org/name", "--variant", "quantized", "--name", "small"));
        Assert.Equal(["config.json", "onnx/model_quantized.onnx", "tokenizer.json"], Pulled("small"));
        var cli = Cli();
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "org/name", "--variant", "fp16"));
        Assert.Contains("(none), quantized", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cut_connections_are_gone_on_with(bool ignoresRanges)
    {
        (_hub.Cuts, _hub.IgnoresRanges) = (2, ignoresRanges);
        Assert.Equal(0, await RunAsync(Cli(), "models", "pull", "org/name"));
        var ranges = _hub.Requests.Where(r => r.Host == "store").Select(r => r.Range).ToList();
        Assert.Null(ranges[0]);
        Assert.All(ranges.Skip(1), range => Assert.StartsWith("bytes=", range, StringComparison.Ordinal));
        Assert.Equal(_hub.Files["onnx/model.onnx"], File.ReadAllBytes(Path.Combine(_models.Path, "name", "onnx", "model.onnx")));
    }

    [Fact]
    public async Task A_pull_that_failed_goes_on_with_what_it_has()
    {
        byte[] half = _hub.Files["onnx/model.onnx"][..100];
        _models.File($".name.{HubServer.Commit}.pull/onnx/model.onnx.part", "");
        await File.WriteAllBytesAsync(Path.Combine(_models.Path, $".name.{HubServer.Commit}.pull/onnx/model.onnx.part"), half, TestContext.Current.CancellationToken);
        Assert.Equal(0, await RunAsync(Cli(), "models", "pull", "org/name"));
        Assert.Equal("bytes=100-", Assert.Single(_hub.Requests, r => r.Host == "store").Range);
        Assert.Empty(Directory.EnumerateDirectories(_models.Path, ".*"));
    }

    [Fact]
    public async Task What_an_earlier_pull_of_another_variant_left_does_not_come_along()
    {
        string staging = $".name.{HubServer.Commit}.pull/onnx/";
        _models.File(staging + "model_quantized.onnx.part", "half");
        _models.File(staging + "model_fp16.onnx", "no graph");
        Assert.Equal(0, await RunAsync(Cli(), "models", "pull", "org/name"));
        Assert.Equal(["config.json", "onnx/model.onnx", "tokenizer.json"], Pulled("name"));
    }

    [Theory]
    [InlineData("""{"siblings":[]}""", "\"sha\" is no commit")]
    [InlineData("""{"sha":"../../0123456789abcdef0123456789abcdef01234567","siblings":[]}""", "\"sha\" is no commit")]
    [InlineData("""{"sha":"0123456789ABCDEF0123456789abcdef01234567","siblings":[]}""", "\"sha\" is no commit")]
    [InlineData("""{"sha":"COMMIT"}""", "\"siblings\" are no list")]
    [InlineData("""{"sha":"COMMIT","siblings":{"rfilename":"config.json"}}""", "\"siblings\" are no list")]
    [InlineData("""{"sha":"COMMIT","siblings":[CONFIG,TOKENIZER,{"rfilename":"model.onnx","size":-5,"blobId":"0"}]}""", "gives model.onnx of org/name no size")]
    [InlineData("""{"sha":"COMMIT","siblings":[CONFIG,TOKENIZER,{"rfilename":"model.onnx","size":1e300,"blobId":"0"}]}""", "gives model.onnx of org/name no size")]
    [InlineData("""{"sha":"COMMIT","siblings":[CONFIG,TOKENIZER,{"rfilename":"model.onnx","size":9223372036854775807,"blobId":"0"}]}""", "gives model.onnx of org/name no size")]
    [InlineData("""{"sha":"COMMIT","siblings":[CONFIG,TOKENIZER,{"rfilename":"model.onnx","size":5}]}""", "no digest for model.onnx")]
    public async Task What_a_hub_says_is_checked(string description, string says)
    {
        _hub.Description = description.Replace("COMMIT", HubServer.Commit, StringComparison.Ordinal)
            .Replace("CONFIG", """{"rfilename":"config.json","size":2,"blobId":"0"}""", StringComparison.Ordinal)
            .Replace("TOKENIZER", """{"rfilename":"tokenizer.json","size":2,"blobId":"0"}""", StringComparison.Ordinal);
        var cli = Cli();
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "org/name"));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_hub.Requests, r => r.Path.Contains("resolve", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_description_without_end_is_not_read()
    {
        _hub.Description = new string(' ', (64 << 20) + 1);
        var cli = Cli();
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "org/name"));
        Assert.Contains("more than 67108864 bytes", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_digest_is_refused_and_nothing_is_served()
    {
        foreach (string damaged in (string[])["config.json", "onnx/model.onnx"])
        {
            _hub.Damaged.Clear();
            _hub.Damaged.Add(damaged);
            var cli = Cli();
            Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "org/name"));
            Assert.Contains("digest differs", cli.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(_models.Path, "name")));
        }

        _hub.Damaged.Clear();
        Assert.Equal(0, await RunAsync(Cli(), "models", "pull", "org/name"));
    }

    [Theory]
    [InlineData(401, "HF_TOKEN")]
    [InlineData(403, "gated or private")]
    [InlineData(404, "no model org/name with the revision main")]
    [InlineData(503, "answers 503")]
    public async Task A_refusal_is_a_sentence(int status, string says)
    {
        _hub.Status = status;
        var cli = Cli();
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "org/name"));
        Assert.Contains(says, cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absent_hub_and_a_wrong_name_are_sentences()
    {
        var cli = Cli();
        // The discard port: nothing listens there.
        cli.Variables["HF_ENDPOINT"] = "http://127.0.0.1:9";
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "org/name"));
        Assert.Contains("cannot be reached", cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, await RunAsync(cli, "models", "pull", "../../etc"));
        Assert.Contains("should look like org/name", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Add_copies_or_links_what_can_be_used(bool link)
    {
        _source.Write("pytorch_model.bin", [1]);
        string[] options = link ? ["--link"] : [];
        Assert.Equal(0, await RunAsync(Cli(), ["models", "add", _source.Root, "--name", "mine", .. options]));
        string added = Path.Combine(_models.Path, "mine");
        Assert.Equal(link, new DirectoryInfo(added).LinkTarget is not null);
        Assert.Equal(link, File.Exists(Path.Combine(added, "pytorch_model.bin")));
        var again = Cli();
        Assert.Equal(ExitCodes.BadInput, await RunAsync(again, "models", "add", _source.Root, "--name", "mine"));
        Assert.Contains("already", again.Error, StringComparison.Ordinal);
        _source.Write("tokenizer.json", "{");
        Assert.Equal(ExitCodes.BadInput, await RunAsync(again, "models", "add", _source.Root, "--name", "broken"));
        Assert.False(Directory.Exists(Path.Combine(_models.Path, "broken")));
    }

    [Fact]
    public async Task Show_says_what_the_files_say()
    {
        _source.Write("model_int8.onnx", Read("model.onnx"));
        var (table, json) = (Cli(), Cli());
        Assert.Equal(0, await RunAsync(table, "models", "show", _source.Root));
        foreach (string fact in (string[])["BertForSequenceClassification", "WordPiece, 26 tokens", "input_ids [?, ?]", "logits [?, 2]", "NEGATIVE, POSITIVE", "16 tokens", ":int8"])
            Assert.Contains(fact, table.Out, StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(json, "models", "show", _source.Root, "--json"));
        var variants = json.Lines.Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(2, variants.Count);
        Assert.Equal(2 * TestModelFolder.Vocabulary.Length, (int)variants[0]["parameters"]!);
    }

    [Fact]
    public async Task Quantize_refuses_a_model_without_products()
    {
        var cli = Cli();
        Assert.Equal(ExitCodes.BadInput, await RunAsync(cli, "models", "quantize", _source.Root));
        Assert.Contains("nothing to quantise", cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadInput, await RunAsync(cli, "models", "quantize", _source.Root, "--samples", "nowhere.jsonl"));
        Assert.Contains("nowhere.jsonl", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quantize_writes_a_variant_on_samples_of_a_csv()
    {
        using var folder = QuantizationTests.Perceptron();
        folder.Save();
        string samples = _models.File("samples.csv", "text\ngood film\nbad\n");
        var cli = Cli();
        Assert.Equal(0, await RunAsync(cli, "models", "quantize", folder.Root, "--samples", samples, "--json"));
        var report = JsonNode.Parse(Assert.Single(cli.Lines))!;
        Assert.Equal((Path.GetFileName(folder.Root) + ":int8", 2), ((string?)report["model"], (int)report["matrices"]!));
        Assert.True(File.Exists(Path.Combine(folder.Root, "model_int8.onnx")));
    }

    private byte[] Read(string file) => File.ReadAllBytes(Path.Combine(_source.Root, file));

    private string[] Pulled(string name)
    {
        string folder = Path.Combine(_models.Path, name);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];
    }

    private TestCli Cli()
    {
        var cli = new TestCli();
        cli.Variables["HF_ENDPOINT"] = _hub.Address.ToString();
        cli.Variables["BATCHINFER_MODELS"] = _models.Path;
        return cli;
    }

    private static Task<int> RunAsync(TestCli cli, params string[] args) => cli.RunAsync(args);
}
