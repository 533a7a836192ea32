using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Tasks;

/// <summary>Which tasks a model does, as its config and its graph's outputs say.</summary>
public sealed class ModelTasksTests
{
    [Fact]
    public void Architectures_tell_the_tasks_and_the_default_one()
    {
        using var nli = TinyModels.Adder(["entailment", "neutral", "contradiction"], 16);
        using var ranker = TinyModels.Adder(["LABEL_0"], 16);
        using var crossEncoder = TinyModels.Adder(["LABEL_0"], 16);
        crossEncoder.Config["sentence_transformers"] = new JsonObject { ["activation_fn"] = "torch.nn.modules.linear.Identity" };
        using var tagger = TinyModels.Tagger(["O", "X"], 16);
        using var guesser = TinyModels.Guesser(16);
        using var reader = TinyModels.Reader(16);
        using var embedder = TinyModels.Embedder(16);
        Assert.Equal("text-classification, zero-shot-classification", Tasks(nli));
        Assert.Equal("text-classification, text-ranking, sentence-similarity", Tasks(ranker));
        Assert.Equal("text-ranking, text-classification, sentence-similarity", Tasks(crossEncoder));
        Assert.Contains("\"function\":\"none\"", crossEncoder.Read()[0].Descriptor.Tasks[TaskNames.TextRanking], StringComparison.Ordinal);
        Assert.Equal("token-classification", Tasks(tagger));
        Assert.Equal("fill-mask, text-scoring", Tasks(guesser));
        Assert.Equal("question-answering", Tasks(reader));
        Assert.Equal("feature-extraction, sentence-similarity", Tasks(embedder));
    }

    [Fact]
    public void Where_the_architecture_names_no_head_the_outputs_tell()
    {
        using var tagger = TinyModels.Tagger(["O", "X"], 16);
        tagger.Config.Remove("architectures");
        tagger.Config["model_type"] = "bert";
        using var guesser = TinyModels.Guesser(16);
        guesser.Config["architectures"] = new JsonArray("BertModel");
        guesser.Config["vocab_size"] = TestModelFolder.Vocabulary.Length;
        Assert.Equal("token-classification", Tasks(tagger));
        Assert.Equal("fill-mask, text-scoring", Tasks(guesser));
    }

    [Fact]
    public async Task Positions_and_whole_numbers_of_four_bytes_are_fed_to_graphs_that_ask()
    {
        using var folder = new TestModelFolder();
        folder.Config["model_type"] = "roberta";
        folder.Config["pad_token_id"] = 1;
        folder.Write("model.onnx", new TestGraph().Node("Gather", ["table", "position_ids"], "last_hidden_state")
            .Initializer("table", [.. Enumerable.Range(0, 16).Select(i => new float[] { i, 1 })])
            .Input("input_ids").Input("attention_mask").Input("position_ids", TestGraph.Int32, -1, -1).Output("last_hidden_state", -1, -1, 2).ToModel());
        await using var engine = folder.Load();
        Assert.Equal(14, engine.Descriptor.ContextLength);
        // RoBERTa's positions begin after its padding's id: 2, 3, 4.
        var rows = await engine.RunAsync("""{"normalize":false}""", "good", "good bad film a");
        Assert.Equal([3f, 1f], rows[0].Embedding!);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Sizes_that_are_written_into_the_graph_are_refused(int dimension)
    {
        using var folder = new TestModelFolder();
        long[] shape = [-1, -1];
        shape[dimension - 1] = 8;
        folder.Write("model.onnx", new TestGraph().Node("Identity", ["attention_mask"], "last_hidden_state")
            .Input("attention_mask", TestGraph.Int64, shape).Input("input_ids").Output("last_hidden_state", -1, -1, 2).ToModel());
        Assert.Contains("it must be [batch, sequence] with any sizes", Assert.Throws<ModelFormatException>(() => folder.Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_of_another_shape_than_the_task_needs_are_named_when_the_model_is_loaded()
    {
        using var folder = new TestModelFolder("BertForQuestionAnswering");
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("Gather", ["rows", "zero"], "start_logits", axis: 1).Node("Gather", ["rows", "zero"], "end_logits", axis: 1)
            .Initializer("table", TinyModels.Zeros(5)).ScalarInitializer("zero", 0)
            .Input("input_ids").Input("attention_mask").Output("start_logits", -1, -1).Output("end_logits", -1, -1).ToModel());
        Assert.Contains("question-answering needs [batch, sequence]", Assert.Throws<ModelFormatException>(() => folder.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_spoilt_in_any_way_is_refused_with_a_sentence_or_works()
    {
        var random = new Random(20261124);
        string[] files = ["config.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"];
        string[] names = ["architectures", "model_type", "id2label", "num_labels", "max_position_embeddings", "pad_token_id", "problem_type", "hidden_size", "vocab_size",
            "sentence_transformers", "model_max_length", "mask_token", "pooling_mode_mean_tokens", "pooling_mode", "include_prompt", "max_seq_length", "prompts", "default_prompt_name", "type"];
        string[] values = ["null", "true", "-1", "0", "3", "1e30", "2147483648", "\"\"", "\"x\"", "[]", "[null]", "[\"BertForTokenClassification\"]", "{}", "{\"0\":\"a\"}", "{\"0\":1}",
            "[{\"type\":\"a.Normalize\"}]", "{\"a\":{\"a\":[]}}", "\"\\ud800\""];
        int refused = 0;
        for (int round = 0; round < 200; round++)
        {
            using var folder = TinyModels.Adder(["a", "b"], 16);
            folder.Save();
            string file = files[random.Next(files.Length)];
            string path = Path.Combine(folder.Root, file);
            string json = $"{{{string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"\"{names[random.Next(names.Length)]}\":{values[random.Next(values.Length)]}"))}}}";
            if (file == "modules.json") json = $"[{json}]";
            // Of two members of one name the last counts.
            else if (File.Exists(path) && random.Next(3) > 0) json = $"{File.ReadAllText(path)[..^1]},{json[1..]}";
            if (random.Next(8) == 0) json = json[..random.Next(json.Length)];
            folder.Write(file, json);
            try
            {
                using var engine = InferenceEngine.Load(ModelPackage.Read("test", folder.Root)[0], new InferenceOptions { ParallelRuns = 1 });
            }
            catch (ModelFormatException e)
            {
                refused++;
                Assert.Contains(folder.Root, e.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(refused, 20, 199);
    }

    private static string Tasks(TestModelFolder folder)
    {
        var descriptor = folder.Read()[0].Descriptor;
        using var engine = folder.Load();
        Assert.Equal(descriptor.DefaultTask, descriptor.Tasks.Keys.First());
        return string.Join(", ", descriptor.Tasks.Keys);
    }
}
