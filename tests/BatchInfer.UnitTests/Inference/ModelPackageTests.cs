using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using static BatchInfer.Tests.TestModelFolder;

namespace BatchInfer.UnitTests.Inference;

public sealed class ModelPackageTests
{
    [Fact]
    public void A_descriptor_says_what_the_files_say()
    {
        using var folder = Classifier(Table(2, (_, _) => 0), "NEGATIVE", "POSITIVE");
        folder.Write("tokenizer_config.json", """{"model_max_length":12}""");
        var model = Assert.Single(folder.Read()).Descriptor;
        Assert.Equal("test", model.Name);
        Assert.Equal("BertForSequenceClassification", model.Architecture);
        Assert.Equal(TaskNames.TextClassification, model.DefaultTask);
        Assert.Equal("""{"function":"softmax","long_input":"truncate","max_length":12,"stride":0,"top_k":2,"window_aggregation":"mean"}""", Assert.Single(model.Tasks).Value);
        Assert.Equal(12, model.ContextLength);
        Assert.Equal(["NEGATIVE", "POSITIVE"], model.Labels);
        Assert.Equal(new FileInfo(Path.Combine(folder.Root, "model.onnx")).Length, model.SizeBytes);
        Assert.Matches("^[0-9a-f]{64}$", model.Revision);
    }

    [Fact]
    public void Every_variant_of_a_folder_is_a_model()
    {
        using var folder = Embedder();
        byte[] graph = File.ReadAllBytes(Path.Combine(folder.Root, "model.onnx"));
        File.Delete(Path.Combine(folder.Root, "model.onnx"));
        foreach (string name in (string[])["model", "model_quantized", "model_int8"]) folder.Write($"onnx/{name}.onnx", graph);
        folder.Write("onnx/decoder_model.onnx", graph);
        Assert.Equal(["test", "test:int8", "test:quantized"], folder.Read().Select(m => m.Descriptor.Name));
    }

    [Fact]
    public void The_revision_follows_the_files_contents_and_not_their_places()
    {
        using var folder = Embedder();
        string Revision() => folder.Read()[0].Descriptor.Revision;
        string first = Revision();
        Directory.CreateDirectory(Path.Combine(folder.Root, "onnx"));
        File.Move(Path.Combine(folder.Root, "model.onnx"), Path.Combine(folder.Root, "onnx", "model.onnx"));
        Assert.Equal(first, Revision());
        folder.Config["pad_token_id"] = 1;
        string second = Revision();
        folder.Write("tokenizer_config.json", """{"model_max_length":12}""");
        string third = Revision();
        folder.Write("onnx/model.onnx", TestGraph.Embedder(Table(3, (_, _) => 1)));
        Assert.Equal(4, new HashSet<string> { first, second, third, Revision() }.Count);
    }

    [Fact]
    public void Weights_beside_the_graph_count_for_revision_and_size_and_are_run()
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", ExternalGraph("model.onnx_data"));
        folder.Write("model.onnx_data", new byte[Vocabulary.Length * 4]);
        var before = folder.Read()[0];
        folder.Write("model.onnx_data", [.. Enumerable.Repeat((byte)1, Vocabulary.Length * 4)]);
        Assert.NotEqual(before.Descriptor.Revision, folder.Read()[0].Descriptor.Revision);
        Assert.Equal(new FileInfo(before.GraphPath).Length + Vocabulary.Length * 4, before.Descriptor.SizeBytes);
        using var engine = folder.Load();
    }

    [Theory]
    [InlineData("../weights", "outside its own folder")]
    [InlineData("/etc/hostname", "outside its own folder")]
    [InlineData("absent_data", "absent_data is missing")]
    public void Weights_elsewhere_or_nowhere_are_refused(string location, string problem)
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", ExternalGraph(location));
        Assert.Contains(problem, Problem(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", null, "config.json is missing")]
    [InlineData("tokenizer.json", null, "tokenizer.json is missing")]
    [InlineData("model.onnx", null, "has no onnx/model.onnx")]
    [InlineData("config.json", "{", "config.json is not valid JSON")]
    [InlineData("tokenizer.json", "[]", "tokenizer.json must hold a JSON object")]
    [InlineData("tokenizer_config.json", "not", "tokenizer_config.json is not valid JSON")]
    [InlineData("tokenizer.json", """{"model":{"type":"Quantum"}}""", "tokenizer.json: \"model\" is the tokenizer model \"Quantum\"")]
    [InlineData("tokenizer.json", """{"model":{"type":"WordPiece"}}""", "\"model\" has no \"vocab\"")]
    [InlineData("tokenizer.json", "{}", "it has no \"model\"")]
    [InlineData("tokenizer.json", """{"model":{"type":"WordPiece","vocab":{"[UNK]":0}},"pre_tokenizer":{"type":"Quantum"}}""", "\"pre_tokenizer\" is the pre-tokenizer \"Quantum\"")]
    [InlineData("config.json", """{"max_position_embeddings":16}""", "neither \"architectures\" nor \"model_type\"")]
    [InlineData("config.json", """{"model_type":"bert"}""", "no \"max_position_embeddings\"")]
    [InlineData("model.onnx", "no graph at all", "is not an ONNX model")]
    [InlineData("model.onnx", "", "is not an ONNX model")]
    [InlineData("1_Pooling/config.json", """{"pooling_mode_weightedmean_tokens":true}""", "none or several of mean, cls, max and last token")]
    [InlineData("1_Pooling/config.json", """{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":true}""", "none or several of mean, cls, max and last token")]
    [InlineData("modules.json", """[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Dense"}]""", "modules.json has the module Dense")]
    public void A_problem_is_a_sentence_that_names_the_file(string file, string? content, string sentence)
    {
        using var folder = Embedder();
        folder.Save();
        if (content is null) File.Delete(Path.Combine(folder.Root, file));
        else folder.Write(file, content);
        string message = Assert.Throws<ModelFormatException>(() => ModelPackage.Read("test", folder.Root)).Message;
        Assert.Contains(sentence, message, StringComparison.Ordinal);
        Assert.Contains(folder.Root, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_count_that_the_graph_contradicts_is_named()
    {
        using var folder = Classifier(Table(2, (_, _) => 0), "A", "B", "C");
        Assert.Contains("names 3 labels (\"id2label\"), but", Problem(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_count_that_only_a_run_contradicts_is_named_when_the_model_is_loaded()
    {
        using var folder = Classifier(Table(2, (_, _) => 0), "A", "B", "C");
        folder.Write("model.onnx", TestGraph.Classifier(Table(2, (_, _) => 0), saysWidth: false));
        Assert.Contains("gives 2 logits", Assert.Throws<ModelFormatException>(() => folder.Load()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"0":"A","2":"B"}""", "no label 1")]
    [InlineData("""{"zero":"A"}""", "must map whole numbers to texts")]
    public void Labels_must_be_numbered_without_gaps(string labels, string problem)
    {
        using var folder = Classifier(Table(2, (_, _) => 0), "A", "B");
        folder.Config["id2label"] = JsonNode.Parse(labels);
        Assert.Contains(problem, Problem(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_with_other_inputs_is_refused()
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", new TestGraph().Node("Identity", ["pixels"], "logits").Input("pixels").Output("logits", -1, 2).ToModel());
        Assert.Contains("takes the input pixels [?, ?]", Problem(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_whose_outputs_answer_no_task_is_refused()
    {
        using var folder = new TestModelFolder("BertForMultipleChoice");
        folder.Write("model.onnx", TestGraph.Embedder(Table(3, (_, _) => 0), "logits"));
        Assert.Contains("logits [?, ?, 3], which answer no supported task", Problem(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void The_pooling_that_a_model_was_trained_with_is_the_default()
    {
        using var folder = Embedder();
        folder.Write("1_Pooling/config.json", """{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}""");
        Assert.Contains("\"pooling\":\"cls\"", folder.Read()[0].Descriptor.Tasks[TaskNames.FeatureExtraction], StringComparison.Ordinal);
    }

    [Fact]
    public void A_scan_gives_the_good_variants_and_a_sentence_for_each_bad_one()
    {
        using var folder = Embedder();
        folder.Write("model_bad.onnx", "nonsense");
        var scan = ModelPackage.ReadFolder("a", folder.Save());
        Assert.Equal(["a"], scan.Models.Select(m => m.Descriptor.Name));
        Assert.Contains("model_bad.onnx", Assert.Single(scan.Problems), StringComparison.Ordinal);
        folder.Tokenizer["model"]!["type"] = "Odd";
        scan = ModelPackage.ReadFolder("a", folder.Save());
        Assert.Empty(scan.Models);
        Assert.Contains("Odd", Assert.Single(scan.Problems), StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Single(ModelPackage.ReadFolder("a", Path.Combine(folder.Root, "nowhere")).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_that_the_build_lacks_is_a_sentence_that_names_the_property()
    {
        using var folder = Embedder();
        var thrown = Assert.Throws<ModelFormatException>(() => InferenceEngine.Load(folder.Read()[0], new InferenceOptions { Provider = ExecutionProviderKind.Cuda }));
        Assert.Contains("-p:OnnxRuntimePackage=Microsoft.ML.OnnxRuntime.Gpu", thrown.Message, StringComparison.Ordinal);
    }

    private static byte[] ExternalGraph(string location) => new TestGraph()
        .Node("Gather", ["table", "input_ids"], "last_hidden_state").ExternalInitializer("table", Vocabulary.Length, 1, location)
        .Input("input_ids").Input("attention_mask").Output("last_hidden_state", -1, -1, 1).ToModel();

    private static string Problem(TestModelFolder folder) => Assert.Throws<ModelFormatException>(() => folder.Read()).Message;
}
