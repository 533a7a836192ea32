using System.Globalization;
using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>What the JSON files of a model folder say, apart from the tokenizer.</summary>
/// <param name="Path">Path of config.json, for complaints.</param>
/// <param name="Architecture">First of <c>architectures</c>, else the model type.</param>
/// <param name="Labels">Labels by logit; null when the config names none.</param>
/// <param name="MultiLabel">True when <c>problem_type</c> asks for one probability per label.</param>
/// <param name="ContextLength">Longest input in tokens.</param>
/// <param name="PadTokenId">Id that fills rows shorter than their batch.</param>
/// <param name="Pooling">Default pooling: mean, cls or max.</param>
/// <param name="CacheHeads">Heads of a key–value cache, null when the config does not say.</param>
/// <param name="HeadSize">Size of a head, likewise.</param>
internal sealed record ModelConfig(
    string Path, string Architecture, IReadOnlyList<string>? Labels, bool MultiLabel, int ContextLength, int PadTokenId, string Pooling,
    int? CacheHeads = null, int? HeadSize = null)
{
    /// <summary>Whether the model guesses hidden tokens of a text.</summary>
    public bool IsMasked => Architecture.EndsWith("ForMaskedLM", StringComparison.Ordinal);

    /// <summary>Whether the model says what comes next in a text.</summary>
    public bool IsCausal => Architecture.EndsWith("ForCausalLM", StringComparison.Ordinal) || Architecture.EndsWith("LMHeadModel", StringComparison.Ordinal);

    public static ModelConfig Read(string directory)
    {
        using var config = JsonFile.Open(System.IO.Path.Combine(directory, "config.json"), "it describes the model's architecture");
        using var tokenizerConfig = JsonFile.TryOpen(System.IO.Path.Combine(directory, "tokenizer_config.json"));
        var root = config.Root;
        string architecture = root.Member("architectures") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            && list[0].ValueKind == JsonValueKind.String
            ? list[0].GetString()!
            : root.Text("model_type") ?? throw config.Wrong("it has neither \"architectures\" nor \"model_type\"", "Copy it again from the model's repository.");
        return new ModelConfig(
            config.Path, architecture, ReadLabels(config), root.Text("problem_type") == "multi_label_classification",
            ReadContextLength(config, tokenizerConfig), (int)Math.Clamp(root.Number("pad_token_id") ?? 0, 0, int.MaxValue), ReadPooling(directory),
            (int?)ReadCacheHeads(root), (int?)ReadHeadSize(root));
    }

    private static List<string>? ReadLabels(JsonFile config)
    {
        if (config.Root.Member("id2label") is not { ValueKind: JsonValueKind.Object } map)
            return config.Root.Number("num_labels") is double n and >= 1 and <= 1_000_000
                ? [.. Enumerable.Range(0, (int)n).Select(i => $"LABEL_{i}")]
                : null;
        var byId = new SortedDictionary<int, string>();
        foreach (var entry in map.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || entry.Value.ValueKind != JsonValueKind.String)
                throw config.Wrong($"\"id2label\" has the entry \"{entry.Name}\": {entry.Value.GetRawText()}", "It must map whole numbers to texts.");
            byId[id] = entry.Value.GetString()!;
        }

        int expected = 0;
        foreach (int id in byId.Keys)
            if (id != expected++) throw config.Wrong($"\"id2label\" has no label {expected - 1}", "Its numbers must run from 0 without gaps, one for each logit.");
        return byId.Count > 0 ? [.. byId.Values] : null;
    }

    private static int ReadContextLength(JsonFile config, JsonFile? tokenizerConfig)
    {
        // Tokenizers without a limit write 1e30.
        double limit = Math.Min(
            Positive(tokenizerConfig?.Root.Number("model_max_length")),
            Positive(config.Root.Number("max_position_embeddings") ?? config.Root.Number("n_positions")));
        return limit <= 1_048_576
            ? (int)limit
            : throw config.Wrong("it has no \"max_position_embeddings\", and tokenizer_config.json no \"model_max_length\"", "Add one of them: the longest input in tokens.");
    }

    // Fewer heads of keys and values than of queries: grouped-query attention.
    private static double? ReadCacheHeads(JsonElement root) =>
        root.Number("num_key_value_heads") ?? root.Number("decoder_attention_heads") ?? AttentionHeads(root);

    private static double? ReadHeadSize(JsonElement root) => root.Number("head_dim") ?? root.Number("d_kv")
        ?? (root.Number("hidden_size") ?? root.Number("d_model") ?? root.Number("n_embd")) / (AttentionHeads(root) ?? root.Number("decoder_attention_heads"));

    private static double? AttentionHeads(JsonElement root) => root.Number("num_attention_heads") ?? root.Number("n_head") ?? root.Number("num_heads");

    private static double Positive(double? value) => value is >= 1 ? value.Value : double.PositiveInfinity;

    // sentence-transformers writes the pooling a model was trained with beside it.
    private static string ReadPooling(string directory)
    {
        using var pooling = JsonFile.TryOpen(System.IO.Path.Combine(directory, "1_Pooling", "config.json"));
        if (pooling is null || pooling.Root.Flag("pooling_mode_mean_tokens") == true) return "mean";
        if (pooling.Root.Flag("pooling_mode_cls_token") == true) return "cls";
        if (pooling.Root.Flag("pooling_mode_max_tokens") == true) return "max";
        throw pooling.Wrong("it names none of mean, cls and max pooling", "Other poolings are not supported.");
    }
}
