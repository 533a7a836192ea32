using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Reads <c>model</c>: the algorithm and its vocabulary.</summary>
internal static class ModelReader
{
    // A hole in the ids costs memory: a bound keeps a broken file from costing gigabytes.
    public const int MaxTokenId = (1 << 24) - 1;

    public static ISubwordModel Read(JsonComponent component)
    {
        // Old files leave the type out; only WordPiece has this member.
        string? type = component.Text("type") ?? (component.Member("max_input_chars_per_word") is null ? null : "WordPiece");
        return type switch
        {
            "WordPiece" => ReadWordPiece(component),
            null => throw component.Wrong("has no \"type\""),
            _ => throw component.Unknown("tokenizer model", "WordPiece"),
        };
    }

    private static WordPieceModel ReadWordPiece(JsonComponent component)
    {
        var vocabulary = ReadVocabulary(component.Required("vocab"));
        string unknown = component.Text("unk_token") ?? "[UNK]";
        return new WordPieceModel(
            vocabulary, vocabulary.Id(unknown) ?? throw component.Wrong($"lacks its unknown token \"{unknown}\" in \"vocab\""),
            component.Text("continuing_subword_prefix") ?? "##", component.Whole("max_input_chars_per_word", 0, int.MaxValue) ?? 100);
    }

    private static TokenVocabulary ReadVocabulary(JsonComponent component)
    {
        if (component.Element.ValueKind != JsonValueKind.Object) throw component.Wrong("must be an object that gives each token its id");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id) in component.Members()) ids[token] = id.AsWhole(0, MaxTokenId);
        return new TokenVocabulary(ids);
    }
}
