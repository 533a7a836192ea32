namespace BatchInfer.Inference;

/// <summary>How a model's embeddings are meant to be made: what sentence-transformers writes beside the model.</summary>
/// <param name="Pooling">mean, cls, max or last_token.</param>
/// <param name="Normalize">Whether vectors are scaled to length 1.</param>
/// <param name="MaxLength">Longest text in tokens that it was made for; null when not said.</param>
/// <param name="Prompts">Prefixes by name; null without any.</param>
/// <param name="Prefix">Prefix of a text when a job names none; may be empty.</param>
/// <param name="Obstacle">Why its token vectors cannot be made embeddings here; null when they can.</param>
internal sealed record EmbeddingDefaults(
    string Pooling, bool Normalize, int? MaxLength, IReadOnlyDictionary<string, string>? Prompts, string Prefix, string? Obstacle)
{
    private static readonly (string Flag, string Pooling)[] Modes =
    [
        ("pooling_mode_mean_tokens", "mean"), ("pooling_mode_cls_token", "cls"), ("pooling_mode_max_tokens", "max"), ("pooling_mode_lasttoken", "last_token"),
    ];

    private static readonly string[] OtherModes = ["pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens"];

    public static EmbeddingDefaults Read(string directory)
    {
        using var modules = TryOpen(directory, "modules.json", isObject: false);
        using var limits = TryOpen(directory, "sentence_bert_config.json");
        using var prompts = TryOpen(directory, "config_sentence_transformers.json");
        string[]? types = modules is null ? null : [.. modules.Component.Items().Select(m => m.Text("type")?.Split('.')[^1] ?? "?")];
        string? unknown = types?.FirstOrDefault(t => t is not ("Transformer" or "Pooling" or "Normalize"));
        var named = ReadPrompts(prompts);
        return new EmbeddingDefaults(
            ReadPooling(directory), types?.Contains("Normalize") ?? true,
            limits?.Component.Whole("max_seq_length", 1, 1_048_576),
            named, named?.GetValueOrDefault(prompts!.Component.Text("default_prompt_name") ?? "") ?? "",
            unknown is null ? null : $"{modules!.Path} has the module {unknown}, which is not supported (Transformer, Pooling and Normalize are). Export the model with it in the graph, as the output sentence_embedding.");
    }

    private static JsonFile? TryOpen(string directory, string name, bool isObject = true) => JsonFile.TryOpen(Path.Combine(directory, name), isObject);

    private static string ReadPooling(string directory)
    {
        using var file = TryOpen(directory, Path.Combine("1_Pooling", "config.json"));
        if (file is null) return "mean";
        var root = file.Component;
        string[] chosen = [.. Modes.Where(m => root.Flag(m.Flag) == true).Select(m => m.Pooling)];
        bool others = Array.Exists(OtherModes, m => root.Flag(m) == true);
        if (chosen.Length == 0 && !others && root.Text("pooling_mode") is { } mode)
            chosen = [.. Modes.Select(m => m.Pooling).Where(p => p.Replace("_", "", StringComparison.Ordinal) == mode)];
        if (chosen.Length != 1 || others)
            throw file.Wrong("it names none or several of mean, cls, max and last token pooling", "Other poolings are not supported.");
        if (root.Flag("include_prompt") == false) throw file.Wrong("it leaves the prompt out of the pooling (\"include_prompt\")", "That is not supported.");
        return chosen[0];
    }

    private static Dictionary<string, string>? ReadPrompts(JsonFile? file)
    {
        if (file?.Component.Member("prompts") is not { } prompts) return null;
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in prompts.Members()) named[name] = text.AsText();
        return named.Count > 0 ? named : null;
    }
}
