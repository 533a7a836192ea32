using System.Text.Json.Nodes;

namespace BatchInfer.Tests;

/// <summary>The folder of an encoder–decoder that writes a text of ten words for a text of them, in the layout that Optimum exports.</summary>
internal static class TinyTranslator
{
    /// <summary>Of its texts, and of their translations where no other is named. Token ids are the places in this list.</summary>
    public static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[BOS]", "[EOS]", "one", "two", "three", "four", "five", "six", "seven", "eight"];

    /// <summary>Words that it knows.</summary>
    public static IReadOnlyList<string> Words => Vocabulary[4..];

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">Where; its name is the model's.</param>
    /// <param name="generation">Content of generation_config.json beside what every such model has.</param>
    /// <param name="target">Vocabulary of what it writes, where it is another than that of its sources.</param>
    public static void Write(string folder, JsonObject? generation = null, string[]? target = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        File.WriteAllBytes(Path.Combine(folder, "onnx", "encoder_model.onnx"), TinyGraphs.Encoder());
        File.WriteAllBytes(Path.Combine(folder, "onnx", "decoder_model.onnx"), TinyGraphs.Decoder(cache: false, source: true, present: true));
        File.WriteAllBytes(Path.Combine(folder, "onnx", "decoder_with_past_model.onnx"), TinyGraphs.Decoder(cache: true, source: true));
        Write(folder, "config.json", new JsonObject
        {
            ["architectures"] = new JsonArray("MarianMTModel"), ["max_position_embeddings"] = 64, ["pad_token_id"] = 0, ["is_encoder_decoder"] = true,
        });
        var settings = new JsonObject { ["decoder_start_token_id"] = 2, ["eos_token_id"] = 3, ["max_length"] = 24 };
        foreach (var (name, value) in generation ?? []) settings[name] = value?.DeepClone();
        Write(folder, "generation_config.json", settings);
        Write(folder, "tokenizer_config.json", new JsonObject { ["model_max_length"] = 64, ["bos_token"] = "[BOS]", ["eos_token"] = "[EOS]", ["pad_token"] = "[PAD]" });
        Write(folder, "tokenizer.json", Tokenizer(Vocabulary));
        if (target is not null) Write(folder, "tokenizer_target.json", Tokenizer(target));
    }

    /// <summary>Texts of two to twelve words, all different.</summary>
    public static IEnumerable<string> Texts(int count) => Enumerable.Range(0, count).Select(n =>
    {
        // The number in base seven, closed by a word that is no digit, then words that make the lengths differ.
        var words = new List<string>();
        for (int rest = n; rest > 0; rest /= 7) words.Add(Words[rest % 7]);
        words.Add(Words[7]);
        for (int i = 0; i < n % 6; i++) words.Add(Words[(n + i) % 8]);
        return string.Join(' ', words);
    });

    private static JsonObject Tokenizer(string[] vocabulary) => new()
    {
        ["added_tokens"] = new JsonArray([.. vocabulary.Index().Where(t => t.Item[0] == '[').Select(t =>
            (JsonNode)new JsonObject { ["id"] = t.Index, ["content"] = t.Item, ["single_word"] = false, ["normalized"] = false, ["special"] = true })]),
        ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
        ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
        ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true },
        ["model"] = new JsonObject
        {
            ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 20,
            ["vocab"] = new JsonObject(vocabulary.Select((t, i) => KeyValuePair.Create(t, (JsonNode?)i))),
        },
    };

    private static void Write(string folder, string name, JsonObject content) => File.WriteAllText(Path.Combine(folder, name), content.ToJsonString());
}
