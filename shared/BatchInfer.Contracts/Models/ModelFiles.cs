namespace BatchInfer.Contracts;

/// <summary>Which files of a model's repository BatchInfer uses. Everything else stays where it is, pickles first of all.</summary>
public static class ModelFiles
{
    private static readonly HashSet<string> Descriptive = new(StringComparer.Ordinal)
    {
        "config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer_target.json", "special_tokens_map.json", "generation_config.json",
        "chat_template.jinja", "1_Pooling/config.json", "config_sentence_transformers.json", "modules.json", "sentence_bert_config.json",
    };

    private static readonly string[] GraphNames = ["model", "encoder_model", "decoder_model", "decoder_with_past_model", "decoder_model_merged"];

    /// <summary>Whether a file describes the model: small, and the same for all its variants.</summary>
    /// <param name="path">Path within the model's folder.</param>
    public static bool IsDescriptive(string path) => path is not null && Descriptive.Contains(path.Replace('\\', '/'));

    /// <summary>Whether a worker on another machine may need a file: what describes the model, graphs, and the weights beside them.</summary>
    /// <param name="path">Path within the model's folder.</param>
    public static bool IsServed(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        // Files that are still being written or fetched end in .tmp or .part.
        if (path.Split('/').Any(part => part.StartsWith('.')) || path.EndsWith(".tmp", StringComparison.Ordinal) || path.EndsWith(".part", StringComparison.Ordinal)) return false;
        return IsDescriptive(path) || path.StartsWith("onnx/", StringComparison.Ordinal)
            || (!path.Contains('/', StringComparison.Ordinal) && path.Contains(".onnx", StringComparison.Ordinal));
    }

    /// <summary>The variant that a graph belongs to: empty for the plain one, <c>int8</c> for <c>onnx/model_int8.onnx</c>, null for no graph of a model.</summary>
    /// <param name="path">Path within the model's folder.</param>
    public static string? VariantOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string unified = path.Replace('\\', '/');
        if (!unified.EndsWith(".onnx", StringComparison.Ordinal)) return null;
        string stem = unified.StartsWith("onnx/", StringComparison.Ordinal) ? unified["onnx/".Length..^".onnx".Length] : unified[..^".onnx".Length];
        if (stem.Contains('/', StringComparison.Ordinal)) return null;
        // The longest name first: "decoder_model_merged" is no variant "merged" of "decoder_model".
        foreach (string name in GraphNames.OrderByDescending(n => n.Length))
        {
            if (stem == name) return "";
            if (stem.StartsWith(name + "_", StringComparison.Ordinal)) return stem[(name.Length + 1)..];
        }

        return null;
    }
}
