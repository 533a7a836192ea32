namespace BatchInfer.Inference;

/// <summary>What quantisation did.</summary>
/// <param name="GraphPaths">The graphs it wrote.</param>
/// <param name="Scheme">Where the scales of activations come from.</param>
/// <param name="Matrices">Matrices that now multiply bytes.</param>
/// <param name="Tables">Lookup tables now kept as bytes.</param>
/// <param name="SourceBytes">Size of the float graphs with their weights.</param>
/// <param name="Bytes">Size of the new ones.</param>
public sealed record QuantizationReport(
    IReadOnlyList<string> GraphPaths, QuantizationScheme Scheme, int Matrices, int Tables, long SourceBytes, long Bytes);
