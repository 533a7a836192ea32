namespace BatchInfer.Inference;

/// <summary>What is read from an ONNX file without opening a session.</summary>
internal sealed record OnnxGraphInfo(
    IReadOnlyList<OnnxTensorInfo> Inputs, IReadOnlyList<OnnxTensorInfo> Outputs, IReadOnlySet<string> Operators, IReadOnlyList<string> ExternalFiles,
    long Parameters)
{
    // These take one scale per activation tensor at run time, so that a row moves with the other rows of its batch.
    private static readonly string[] DynamicQuantization =
        ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "QAttention"];

    public bool IsDynamicallyQuantized => DynamicQuantization.Any(Operators.Contains);

    public OnnxTensorInfo? FindInput(string name) => Inputs.FirstOrDefault(i => i.Name == name);

    public OnnxTensorInfo? FindOutput(string name) => Outputs.FirstOrDefault(o => o.Name == name);
}
