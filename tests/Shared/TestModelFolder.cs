using System.Text.Json.Nodes;
using BatchInfer.Inference;

namespace BatchInfer.Tests;

/// <summary>A temporary model folder with a vocabulary of a few words.</summary>
internal sealed class TestModelFolder : IDisposable
{
    /// <summary>Token ids are the places in this list.</summary>
    public static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "##s", "##ly", "a", "cafe", "naive", "!", "$", "中", "文",
        "resume", "##er", "é", "ᄒ", "##ᅡ", "##ᆫ", "huge", "broken", "beyond",
    ];

    public static readonly int Cls = Id("[CLS]"), Sep = Id("[SEP]"), Unk = Id("[UNK]");

    public TestModelFolder(string architecture = "BertModel")
    {
        Directory.CreateDirectory(Root);
        Config = new JsonObject { ["architectures"] = new JsonArray(architecture), ["max_position_embeddings"] = 16, ["pad_token_id"] = 0 };
        Tokenizer = BuildTokenizer();
    }

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "batchinfer-" + Path.GetRandomFileName());

    public JsonObject Config { get; }

    public JsonObject Tokenizer { get; }

    public static int Id(string token) => Array.IndexOf(Vocabulary, token);

    public static TestModelFolder Embedder(float[][]? table = null, string output = "last_hidden_state", bool mask = true)
    {
        var folder = new TestModelFolder();
        folder.Write("model.onnx", TestGraph.Embedder(table ?? Table(3, (id, i) => id + i * 100), output, mask));
        return folder;
    }

    public static TestModelFolder Classifier(float[][] table, params string[] labels)
    {
        var folder = new TestModelFolder("BertForSequenceClassification");
        folder.Config["id2label"] = new JsonObject(labels.Select((l, i) => KeyValuePair.Create(i.ToString(System.Globalization.CultureInfo.InvariantCulture), (JsonNode?)l)));
        folder.Write("model.onnx", TestGraph.Classifier(table));
        return folder;
    }

    public static float[][] Table(int width, Func<int, int, float> value, int rows = -1) =>
        [.. Enumerable.Range(0, rows < 0 ? Vocabulary.Length : rows).Select(id => Enumerable.Range(0, width).Select(i => value(id, i)).ToArray())];

    public void Write(string name, byte[] content)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    public void Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Writes config.json and tokenizer.json as they stand.</summary>
    public string Save()
    {
        Write("config.json", Config.ToJsonString());
        Write("tokenizer.json", Tokenizer.ToJsonString());
        return Root;
    }

    public IReadOnlyList<ModelPackage> Read() => ModelPackage.Read("test", Save());

    public InferenceEngine Load(int parallelRuns = 2, int maxBatchTokens = 0) =>
        InferenceEngine.Load(Read()[0], new InferenceOptions { ParallelRuns = parallelRuns, MaxBatchTokens = maxBatchTokens });

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static JsonObject BuildTokenizer()
    {
        static JsonObject Special(string token, int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };
        static JsonObject Text(string id, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = type } };
        static KeyValuePair<string, JsonNode?> Definition(string token) =>
            new(token, new JsonObject { ["id"] = token, ["ids"] = new JsonArray(Id(token)), ["tokens"] = new JsonArray(token) });
        return new JsonObject
        {
            // What files carry from whoever saved them, and what must not matter.
            ["truncation"] = new JsonObject { ["max_length"] = 3, ["strategy"] = "LongestFirst" },
            ["padding"] = new JsonObject { ["strategy"] = new JsonObject { ["Fixed"] = 12 } },
            ["added_tokens"] = new JsonArray([.. Vocabulary.Where(t => t[0] == '[').Select(t =>
                (JsonNode)new JsonObject { ["id"] = Id(t), ["content"] = t, ["single_word"] = false, ["normalized"] = false, ["special"] = true })]),
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Special("[CLS]", 0), Text("A", 0), Special("[SEP]", 0)),
                ["pair"] = new JsonArray(Special("[CLS]", 0), Text("A", 0), Special("[SEP]", 0), Text("B", 1), Special("[SEP]", 1)),
                ["special_tokens"] = new JsonObject([Definition("[CLS]"), Definition("[SEP]")]),
            },
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["continuing_subword_prefix"] = "##",
                ["max_input_chars_per_word"] = 20,
                ["vocab"] = new JsonObject(Vocabulary.Select((t, i) => KeyValuePair.Create(t, (JsonNode?)i))),
            },
        };
    }
}
