namespace BatchInfer.Inference;

/// <summary>Finds the graphs of models that are kept in several files: encoder and decoder, first and later steps.</summary>
internal static class GenerationFolder
{
    private const string Encoder = "encoder_model", Decoder = "decoder_model", Merged = "decoder_model_merged", WithPast = "decoder_with_past_model";

    /// <summary>Paths of the variants' graphs by the suffix of their names, e.g. <c>quantized</c>; empty for the plain ones.</summary>
    public static IReadOnlyDictionary<string, GenerationPaths> Find(string directory)
    {
        var variants = new SortedDictionary<string, GenerationPaths>(StringComparer.Ordinal);
        foreach (string folder in (string[])[Path.Combine(directory, "onnx"), directory])
        {
            if (!Directory.Exists(folder)) continue;
            foreach (string path in Directory.EnumerateFiles(folder, Decoder + "*.onnx"))
            {
                string stem = Path.GetFileNameWithoutExtension(path);
                string name = stem.StartsWith(Merged, StringComparison.Ordinal) ? Merged : Decoder;
                string suffix = stem[name.Length..];
                if (suffix.Length > 0 && suffix[0] != '_') continue;
                // One merged graph has the weights once, where two have them twice.
                if (name == Decoder && File.Exists(Path.Combine(folder, $"{Merged}{suffix}.onnx"))) continue;
                string? Existing(string other) => File.Exists(Path.Combine(folder, $"{other}{suffix}.onnx")) ? Path.Combine(folder, $"{other}{suffix}.onnx") : null;
                variants.TryAdd(suffix.TrimStart('_'), new GenerationPaths(Existing(Encoder), path, name == Merged ? null : Existing(WithPast)));
            }
        }

        return variants;
    }
}

/// <summary>Paths of the graphs that write text together; see <see cref="GenerationFiles"/>.</summary>
internal sealed record GenerationPaths(string? Encoder, string Decoder, string? DecoderWithPast)
{
    public GenerationFiles Read() => new(Read(Encoder), Read(Decoder)!, Read(DecoderWithPast));

    private static ModelGraph? Read(string? path) => path is null ? null : new ModelGraph(path, OnnxGraphReader.Read(path));
}
