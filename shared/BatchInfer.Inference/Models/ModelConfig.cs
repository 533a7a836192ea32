using System.Globalization;

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
        var root = config.Component;
        string? type = root.Text("model_type");
        string architecture = root.Member("architectures")?.Items().Select(a => a.AsText()).FirstOrDefault() ?? type
            ?? throw config.Wrong("it has neither \"architectures\" nor \"model_type\"", "Copy it again from the model's repository.");
        // Below 0 it marks that there is none.
        int padding = Math.Max(0, root.Whole("pad_token_id", int.MinValue, ModelReader.MaxTokenId) ?? 0);
        int firstPosition = type is not null && ModelsOfRobertasPositions.Contains(type) ? padding + 1 : 0;
        int? heads = ReadSize(root, "num_attention_heads", "n_head", "num_heads"), decoderHeads = ReadSize(root, "decoder_attention_heads");
        int? width = ReadSize(root, "hidden_size", "d_model", "n_embd");
        return new ModelConfig(config.Path, architecture, ReadLabels(root), ReadProblemType(root), ReadContextLength(root, tokenizerConfig?.Component, firstPosition), padding)
        {
            Embedding = EmbeddingDefaults.Read(directory),
            FirstPosition = firstPosition,
            HiddenSize = ReadSize(root, "hidden_size", "d_model", "dim", "n_embd"),
            VocabularySize = ReadSize(root, "vocab_size"),
            // Fewer heads of keys and values than of queries: grouped-query attention.
            CacheHeads = ReadSize(root, "num_key_value_heads") ?? decoderHeads ?? heads,
            HeadSize = ReadSize(root, "head_dim", "d_kv") ?? width / (heads ?? decoderHeads),
            CrossEncoder = ReadCrossEncoder(root),
        };
    }

    private static List<string>? ReadLabels(JsonComponent root)
    {
        if (root.Member("id2label") is not { } map)
            return ReadSize(root, "num_labels") is { } n and <= 1_000_000 ? [.. Enumerable.Range(0, n).Select(i => $"LABEL_{i}")] : null;
        var byId = new SortedDictionary<int, string>();
        foreach (var (name, label) in map.Members())
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || label.Element.AsText() is not { } text)
                throw root.File.Wrong($"\"id2label\" has the entry \"{name}\": {label.Element.GetRawText()}", "It must map whole numbers to texts.");
            byId[id] = text;
        }

        int expected = 0;
        foreach (int id in byId.Keys)
            if (id != expected++) throw root.File.Wrong($"\"id2label\" has no label {expected - 1}", "Its numbers must run from 0 without gaps, one for each logit.");
        return byId.Count > 0 ? [.. byId.Values] : null;
    }

    private static string? ReadProblemType(JsonComponent root) => root.Text("problem_type") switch
    {
        null or "regression" or "single_label_classification" or "multi_label_classification" => root.Text("problem_type"),
        _ => throw root.Required("problem_type").Wrong("must be regression, single_label_classification or multi_label_classification"),
    };

    private static int ReadContextLength(JsonComponent root, JsonComponent? tokenizerConfig, int firstPosition)
    {
        // Tokenizers without a limit write 1e30.
        double limit = Positive(tokenizerConfig?.Member("model_max_length"));
        double positions = Positive(root.Member("max_position_embeddings") ?? root.Member("n_positions"));
        // Of the table's rows those before the first position are for padding. A tokenizer's own limit knows of them.
        limit = limit <= 1_048_576 ? Math.Min(limit, positions) : positions - firstPosition;
        return limit is >= 1 and <= 1_048_576
            ? (int)limit
            : throw root.File.Wrong("it has no \"max_position_embeddings\", and tokenizer_config.json no \"model_max_length\"", "Add one of them: the longest input in tokens.");
    }

    private static double Positive(JsonComponent? member)
    {
        double value = member?.AsNumber() ?? 0;
        if (value != Math.Floor(value)) throw member!.Value.Wrong("must be a whole number");
        return value >= 1 ? value : double.PositiveInfinity;
    }

    // Below 1 it marks that there is none.
    private static int? ReadSize(JsonComponent root, params string[] names)
    {
        foreach (string name in names)
            if (root.Whole(name, int.MinValue, 1 << 24) is { } size and >= 1) return size;
        return null;
    }

    // sentence-transformers names a class of PyTorch.
    private static ScoreFunction? ReadCrossEncoder(JsonComponent root) => root.Member("sentence_transformers") is { } own
        ? own.Text("activation_fn")?.EndsWith("Identity", StringComparison.Ordinal) == true ? ScoreFunction.None : ScoreFunction.Sigmoid
        : null;
}
