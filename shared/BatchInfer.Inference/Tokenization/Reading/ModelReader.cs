using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Reads <c>model</c>: the algorithm and its vocabulary.</summary>
internal static class ModelReader
{
    public const int MaxTokenId = (1 << 24) - 1;

    // A hole in the ids costs memory: a bound keeps a broken file from costing more than a large one.
    private const int MaxHoles = 1 << 20;

    public static ISubwordModel Read(JsonComponent component) => TypeOf(component) switch
    {
        "WordPiece" => ReadWordPiece(component),
        "BPE" => ReadBpe(component),
        "Unigram" => ReadUnigram(component),
        "WordLevel" => ReadWordLevel(component),
        null => throw component.Wrong("has no \"type\""),
        _ => throw component.Unknown("tokenizer model", "WordPiece, BPE, Unigram and WordLevel"),
    };

    /// <summary>Name of the algorithm, or null. Old files leave it out: it shows in the members that only one has.</summary>
    public static string? TypeOf(JsonComponent component) => component.Text("type")
        ?? (component.Member("merges") is not null ? "BPE"
            : component.Member("max_input_chars_per_word") is not null ? "WordPiece"
            : component.Member("vocab")?.Element.ValueKind == JsonValueKind.Array ? "Unigram"
            : null);

    private static WordPieceModel ReadWordPiece(JsonComponent component)
    {
        var vocabulary = ReadVocabulary(component.Required("vocab"));
        return new WordPieceModel(
            vocabulary, Find(component, vocabulary, component.Text("unk_token") ?? "[UNK]"),
            component.Text("continuing_subword_prefix") ?? "##", component.Whole("max_input_chars_per_word", 0, int.MaxValue) ?? 100);
    }

    private static WordLevelModel ReadWordLevel(JsonComponent component)
    {
        var vocabulary = ReadVocabulary(component.Required("vocab"));
        return new WordLevelModel(vocabulary, Find(component, vocabulary, component.Text("unk_token") ?? "<unk>"));
    }

    private static BpeModel ReadBpe(JsonComponent component)
    {
        var vocabulary = ReadVocabulary(component.Required("vocab"));
        var options = new BpeOptions(
            component.Text("unk_token") is { } unknown ? Find(component, vocabulary, unknown) : null, component.Flag("fuse_unk") ?? false,
            component.Flag("byte_fallback") ?? false, component.Flag("ignore_merges") ?? false,
            component.Text("continuing_subword_prefix") ?? "", component.Text("end_of_word_suffix") ?? "");
        return new BpeModel(vocabulary, new MergeTable(ReadMerges(component.Required("merges"), vocabulary, options.ContinuingPrefix)), options);
    }

    private static List<(int Left, int Right, int Merged)> ReadMerges(JsonComponent component, TokenVocabulary vocabulary, string prefix)
    {
        var merges = new List<(int, int, int)>();
        foreach (var merge in component.Items())
        {
            var (left, right) = ReadPair(merge);

            // A continuing token gives its prefix up when it is merged.
            string merged = left + (right.StartsWith(prefix, StringComparison.Ordinal) ? right[prefix.Length..] : right);
            merges.Add((Find(merge, vocabulary, left), Find(merge, vocabulary, right), Find(merge, vocabulary, merged)));
        }

        return merges;
    }

    // "a b" in older files, ["a", "b"] in newer ones.
    private static (string Left, string Right) ReadPair(JsonComponent merge)
    {
        if (merge.Element.ValueKind == JsonValueKind.Array)
        {
            JsonComponent[] pair = [.. merge.Items()];
            return pair.Length == 2 ? (pair[0].AsText(), pair[1].AsText()) : throw merge.Wrong("must be two tokens");
        }

        string[] parts = merge.AsText().Split(' ');
        return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Wrong("must be two tokens with a space between");
    }

    private static UnigramModel ReadUnigram(JsonComponent component)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var scores = new List<double>();
        var tokens = new List<string?>();
        foreach (var entry in component.Required("vocab").Items())
        {
            JsonComponent[] pair = [.. entry.Items()];
            if (pair.Length != 2) throw entry.Wrong("must be a token and its score");
            string token = pair[0].AsText();
            ids[token] = tokens.Count;
            tokens.Add(token);
            scores.Add(pair[1].AsNumber());
        }

        if (tokens.Count == 0) throw component.Required("vocab").Wrong("is empty");
        return new UnigramModel(
            new TokenVocabulary(ids, [.. tokens]), [.. scores], component.Whole("unk_id", 0, tokens.Count - 1), component.Flag("byte_fallback") ?? false);
    }

    private static TokenVocabulary ReadVocabulary(JsonComponent component)
    {
        if (component.Element.ValueKind != JsonValueKind.Object) throw component.Wrong("must be an object that gives each token its id");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        int last = 0;
        foreach (var (token, id) in component.Members()) last = Math.Max(last, ids[token] = id.AsWhole(0, MaxTokenId));
        if (last > MaxHoles + 16 * ids.Count) throw component.Wrong($"gives ids up to {last} to {ids.Count} tokens");
        return new TokenVocabulary(ids);
    }

    private static int Find(JsonComponent component, TokenVocabulary vocabulary, string token) =>
        vocabulary.Id(token) ?? throw component.Wrong($"needs the token \"{token}\", which \"vocab\" lacks");
}
