namespace BatchInfer.Inference;

/// <summary>An ONNX file and what was read from it.</summary>
internal sealed record ModelGraph(string Path, OnnxGraphInfo Graph);
