namespace BatchInfer.Inference;

/// <summary>What quantisation did.</summary>
/// <param name="GraphPath">The graph it wrote.</param>
/// <param name="Matrices">Matrices that now multiply bytes.</param>
/// <param name="Tables">Lookup tables now kept as bytes.</param>
/// <param name="SourceBytes">Size of the float graph with its weights.</param>
/// <param name="Bytes">Size of the new one.</param>
public sealed record QuantizationReport(string GraphPath, int Matrices, int Tables, long SourceBytes, long Bytes);
