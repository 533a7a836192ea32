using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference;

/// <summary>Graphs whose rows change each other, or which are not what they say they are, are found when they are loaded.</summary>
public sealed class EntangledRowsTests
{
    [Fact]
    public async Task A_graph_that_takes_rows_for_tokens_gives_each_row_what_it_gives_it_alone()
    {
        string assets = Assets.Model("layout-vespa");
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(assets, "dummy_transformer_mlm.onnx"), folder["model.onnx"]);
        File.Copy(Path.Combine(assets, "real_tokenizer.json"), folder["tokenizer.json"]);
        folder.File("config.json", """{"architectures":["BertForMaskedLM"],"max_position_embeddings":64,"vocab_size":30522,"pad_token_id":0}""");
        folder.File("tokenizer_config.json", """{"mask_token":"[MASK]"}""");
        string[] texts = ["the [MASK] sat", "a [MASK]", "one two three four [MASK] six seven eight", "[MASK]", "the [MASK] stood", "a much longer one, so that the others are padded: [MASK]"];
        using var engine = InferenceEngine.Load(Assert.Single(ModelPackage.Read("mlm", folder.Path)), new InferenceOptions { ParallelRuns = 1, MaxBatchTokens = 4096 });
        var together = await engine.RunAsync("{}", texts);
        Assert.All(together, row => Assert.NotNull(row.Json));
        for (int i = 0; i < texts.Length; i++) Assert.Equal((await engine.RunAsync("{}", texts[i]))[0].Json!, together[i].Json);
    }

    [Theory]
    [InlineData(3L)]
    [InlineData(1L << 30)]
    [InlineData(1L << 40)]
    public void An_output_that_is_not_as_wide_as_it_says_is_refused(long said)
    {
        using var folder = new TestModelFolder();
        // The runtime does not see the width beforehand.
        folder.Write("model.onnx", new TestGraph()
            .Initializer("table", TestModelFolder.Table(4, (id, i) => id + i))
            .Node("Gather", ["table", "input_ids"], "rows").Node("Shape", ["rows"], "size").Node("Reshape", ["rows", "size"], "last_hidden_state")
            .Input("input_ids").Input("attention_mask").Output("last_hidden_state", -1, -1, said).ToModel());
        string message = Assert.Throws<ModelFormatException>(() => folder.Load().Dispose()).Message;
        Assert.Contains("model.onnx", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id2label", "[\"a\"]", "\"id2label\" must be an object")]
    [InlineData("problem_type", "\"regresion\"", "\"problem_type\" must be regression,")]
    [InlineData("pad_token_id", "\"0\"", "\"pad_token_id\" must be a whole number")]
    [InlineData("architectures", "\"BertModel\"", "\"architectures\" must be a list")]
    [InlineData("max_position_embeddings", "512.5", "\"max_position_embeddings\" must be a whole number")]
    [InlineData("hidden_size", "\"128\"", "\"hidden_size\" must be a whole number")]
    public void A_member_of_the_config_that_cannot_mean_anything_is_refused_by_name(string name, string value, string sentence)
    {
        using var folder = TestModelFolder.Embedder();
        folder.Config[name] = System.Text.Json.Nodes.JsonNode.Parse(value);
        string message = Assert.Throws<ModelFormatException>(() => folder.Read()).Message;
        Assert.Contains(sentence, message, StringComparison.Ordinal);
        Assert.Contains("config.json", message, StringComparison.Ordinal);
    }
}
