using System.Globalization;
using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>What the JSON files of a model folder say, apart from the tokenizer.</summary>
/// <param name="Path">Path of config.json, for complaints.</param>
/// <param name="Architecture">First of <c>architectures</c>, else the model type.</param>
/// <param name="Labels">Labels by logit; null when the config names none.</param>
/// <param name="ProblemType">Value of <c>problem_type</c>, or null.</param>
/// <param name="ContextLength">Longest input in tokens.</param>
/// <param name="PadTokenId">Id that fills rows shorter than their batch.</param>
internal sealed record ModelConfig(
    string Path, string Architecture, IReadOnlyList<string>? Labels, string? ProblemType, int ContextLength, int PadTokenId)
{
    // Their positions begin after the padding's id.
    private static readonly HashSet<string> ModelsOfRobertasPositions = new(StringComparer.Ordinal)
    {
        "roberta", "xlm-roberta", "xlm-roberta-xl", "roberta-prelayernorm", "camembert", "mpnet", "longformer", "xmod", "data2vec-text", "ibert", "luke", "markuplm", "layoutlmv3",
    };

    /// <summary>How embeddings are meant to be made.</summary>
    public required EmbeddingDefaults Embedding { get; init; }

    /// <summary>Position of a text's first token, for graphs that ask.</summary>
    public int FirstPosition { get; init; }

    /// <summary>Values of a token's vector, or null when not said.</summary>
    public int? HiddenSize { get; init; }

    /// <summary>Tokens of the vocabulary, or null when not said.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Heads of a key–value cache, or null when not said.</summary>
    public int? CacheHeads { get; init; }

    /// <summary>Size of a head, or null when not said.</summary>
    public int? HeadSize { get; init; }

    /// <summary>Whether the model says what comes next in a text.</summary>
    public bool IsCausal => Architecture.EndsWith("ForCausalLM", StringComparison.Ordinal) || Architecture.EndsWith("LMHeadModel", StringComparison.Ordinal);

    /// <summary>What the author of a cross-encoder makes of its logit; null for any other model.</summary>
    public ScoreFunction? CrossEncoder { get; init; }

    public static ModelConfig Read(string directory)
    {
        using var config = JsonFile.Open(System.IO.Path.Combine(directory, "config.json"), "it describes the model's architecture");
        using var tokenizerConfig = JsonFile.TryOpen(System.IO.Path.Combine(directory, "tokenizer_config.json"));
        var root = config.Root;
        string? type = root.Text("model_type");
        string architecture = root.Member("architectures") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].AsText() is { } first
            ? first
            : type ?? throw config.Wrong("it has neither \"architectures\" nor \"model_type\"", "Copy it again from the model's repository.");
        int padding = (int)Math.Clamp(root.Number("pad_token_id") ?? 0, 0, int.MaxValue - 1);
        int firstPosition = type is not null && ModelsOfRobertasPositions.Contains(type) ? padding + 1 : 0;
        return new ModelConfig(config.Path, architecture, ReadLabels(config), root.Text("problem_type"), ReadContextLength(config, tokenizerConfig, firstPosition), padding)
        {
            Embedding = EmbeddingDefaults.Read(directory),
            FirstPosition = firstPosition,
            HiddenSize = ReadSize(root, "hidden_size", "d_model", "dim", "n_embd"),
            VocabularySize = ReadSize(root, "vocab_size"),
            CacheHeads = (int?)ReadCacheHeads(root),
            HeadSize = (int?)ReadHeadSize(root),
            CrossEncoder = ReadCrossEncoder(root),
        };
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
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || entry.Value.AsText() is not { } label)
                throw config.Wrong($"\"id2label\" has the entry \"{entry.Name}\": {entry.Value.GetRawText()}", "It must map whole numbers to texts.");
            byId[id] = label;
        }

        int expected = 0;
        foreach (int id in byId.Keys)
            if (id != expected++) throw config.Wrong($"\"id2label\" has no label {expected - 1}", "Its numbers must run from 0 without gaps, one for each logit.");
        return byId.Count > 0 ? [.. byId.Values] : null;
    }

    private static int ReadContextLength(JsonFile config, JsonFile? tokenizerConfig, int firstPosition)
    {
        // Tokenizers without a limit write 1e30.
        double limit = Positive(tokenizerConfig?.Root.Number("model_max_length"));
        double positions = Positive(config.Root.Number("max_position_embeddings") ?? config.Root.Number("n_positions"));
        // Of the table's rows those before the first position are for padding. A tokenizer's own limit knows of them.
        limit = limit <= 1_048_576 ? Math.Min(limit, positions) : positions - firstPosition;
        return limit is >= 1 and <= 1_048_576
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

    private static int? ReadSize(JsonElement root, params string[] names)
    {
        foreach (string name in names)
            if (root.Number(name) is double n and >= 1 and <= 1 << 24) return (int)n;
        return null;
    }

    // sentence-transformers names a class of PyTorch.
    private static ScoreFunction? ReadCrossEncoder(JsonElement root) => root.Member("sentence_transformers") is { } own
        ? own.Text("activation_fn")?.EndsWith("Identity", StringComparison.Ordinal) == true ? ScoreFunction.None : ScoreFunction.Sigmoid
        : null;
}
