namespace BatchInfer.Inference;

/// <summary>What the files of a model say beyond its descriptor.</summary>
/// <param name="Inputs">Inputs of its graphs, with their shapes.</param>
/// <param name="Outputs">Outputs of its graphs, with their shapes.</param>
/// <param name="Parameters">Numbers in its weights; those that two decoders share count once.</param>
/// <param name="Tokenizer">Kind of its tokenizer, e.g. <c>WordPiece</c>.</param>
/// <param name="VocabularySize">Tokens that the tokenizer knows.</param>
/// <param name="IsQuantized">Whether it multiplies bytes.</param>
public sealed record ModelDetails(
    IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, long Parameters, string Tokenizer, int VocabularySize, bool IsQuantized)
{
    private static readonly string[] IntegerProducts =
        ["MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QLinearMatMul", "MatMulNBits", "QAttention", "QGemm"];

    /// <summary>Reads them.</summary>
    /// <exception cref="ModelFormatException">A file cannot be used.</exception>
    public static ModelDetails Read(ModelPackage model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var file = JsonFile.Open(Path.Combine(model.Directory, "tokenizer.json"), "it cuts texts into tokens");
        List<OnnxGraphInfo> graphs = [.. model.Graphs.Select(g => g.Graph)];
        // The decoder for later steps has the first one's weights again.
        long parameters = graphs.Sum(g => g.Parameters) - (model.Generation?.DecoderWithPast?.Graph.Parameters ?? 0);
        return new ModelDetails(
            Describe(graphs.SelectMany(g => g.Inputs)), Describe(graphs.SelectMany(g => g.Outputs)), parameters,
            ModelReader.TypeOf(new JsonComponent(file, "", file.Root).Required("model")) ?? "none",
            TextTokenizer.Load(model.Directory).VocabularySize, IntegerProducts.Any(op => graphs.Exists(g => g.Operators.Contains(op))));
    }

    private static List<string> Describe(IEnumerable<OnnxTensorInfo> tensors) => [.. tensors.Select(t => t.ToString()).Distinct(StringComparer.Ordinal)];
}
