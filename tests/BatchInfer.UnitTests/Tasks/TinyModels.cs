
namespace BatchInfer.UnitTests.Tasks;

/// <summary>Models of a table: what they say of a token is its row, whatever stands around it.</summary>
internal static class TinyModels
{
    /// <summary>A tagger; tokens not named have logits of 0.</summary>
    public static TestModelFolder Tagger(string[] labels, int contextLength, params (string Token, string Label, float Logit)[] rows)
    {
        var table = Zeros(labels.Length);
        foreach (var (token, label, logit) in rows) table[TestModelFolder.Id(token)][Array.IndexOf(labels, label)] = logit;
        var folder = Labelled("BertForTokenClassification", labels, contextLength);
        folder.Write("model.onnx", TestGraph.Embedder(table, "logits"));
        return folder;
    }

    /// <summary>A masked language model: the same guess for every mask.</summary>
    public static TestModelFolder Guesser(int contextLength, params (string Token, float Logit)[] guesses)
    {
        var table = Zeros(TestModelFolder.Vocabulary.Length);
        foreach (var (token, logit) in guesses) table[TestModelFolder.Id("[MASK]")][TestModelFolder.Id(token)] = logit;
        var folder = new TestModelFolder("BertForMaskedLM");
        folder.Config["max_position_embeddings"] = contextLength;
        folder.Write("tokenizer_config.json", """{"mask_token":"[MASK]","unk_token":"[UNK]","cls_token":"[CLS]"}""");
        folder.Write("model.onnx", TestGraph.Embedder(table, "logits"));
        return folder;
    }

    /// <summary>A classifier whose logits are the sum of the rows of all tokens.</summary>
    public static TestModelFolder Adder(string[] labels, int contextLength, params (string Token, float[] Logits)[] rows)
    {
        var table = Zeros(labels.Length);
        foreach (var (token, logits) in rows) table[TestModelFolder.Id(token)] = logits;
        var folder = Labelled("BertForSequenceClassification", labels, contextLength);
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("ReduceSum", ["rows", "sequence"], "logits", ("keepdims", [0]))
            .Initializer("table", table).ListInitializer("sequence", 1)
            .Input("input_ids").Input("attention_mask").Output("logits", -1, labels.Length).ToModel());
        return folder;
    }

    /// <summary>A reader: each token has a start and an end logit. Its outputs have names that nobody knows.</summary>
    public static TestModelFolder Reader(int contextLength, params (string Token, float Start, float End)[] rows)
    {
        var table = Zeros(2);
        foreach (var (token, start, end) in rows) table[TestModelFolder.Id(token)] = [start, end];
        var folder = new TestModelFolder("BertForQuestionAnswering");
        folder.Config["max_position_embeddings"] = contextLength;
        folder.Write("tokenizer_config.json", """{"unk_token":"[UNK]","cls_token":"[CLS]"}""");
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows")
            .Node("Gather", ["rows", "zero"], "output_0", axis: 2).Node("Gather", ["rows", "one"], "output_1", axis: 2)
            .Initializer("table", table).ScalarInitializer("zero", 0).ScalarInitializer("one", 1)
            .Input("input_ids").Input("attention_mask").Output("output_0", -1, -1).Output("output_1", -1, -1).ToModel());
        return folder;
    }

    public static TestModelFolder Embedder(int contextLength, int width = 3)
    {
        var folder = TestModelFolder.Embedder(TestModelFolder.Table(width, (id, i) => (id * (i + 1) % 7) - 2));
        folder.Config["max_position_embeddings"] = contextLength;
        return folder;
    }

    public static float[][] Zeros(int width) => TestModelFolder.Table(width, (_, _) => 0);

    private static TestModelFolder Labelled(string architecture, string[] labels, int contextLength)
    {
        var folder = new TestModelFolder(architecture);
        folder.Config["id2label"] = new System.Text.Json.Nodes.JsonObject(
            labels.Select((l, i) => KeyValuePair.Create(i.ToString(System.Globalization.CultureInfo.InvariantCulture), (System.Text.Json.Nodes.JsonNode?)l)));
        folder.Config["max_position_embeddings"] = contextLength;
        folder.Write("tokenizer_config.json", """{"unk_token":"[UNK]","cls_token":"[CLS]"}""");
        return folder;
    }
}
