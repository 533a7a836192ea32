namespace BatchInfer.Inference;

/// <summary>What the files of a model say beyond its descriptor.</summary>
/// <param name="Inputs">Inputs of its graph, with their shapes.</param>
/// <param name="Outputs">Outputs of its graph, with their shapes.</param>
/// <param name="Parameters">Numbers in its weights.</param>
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
        return new ModelDetails(
            [.. model.Graph.Inputs.Select(i => i.ToString())], [.. model.Graph.Outputs.Select(o => o.ToString())], model.Graph.Parameters,
            file.Root.Member("model")?.Text("type") ?? "?", TextTokenizer.Load(model.Directory).VocabularySize, IntegerProducts.Any(model.Graph.Operators.Contains));
    }
}
