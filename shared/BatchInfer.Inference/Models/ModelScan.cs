namespace BatchInfer.Inference;

/// <summary>The models found in a model's folder.</summary>
/// <param name="Models">Every variant that can be used.</param>
/// <param name="Problems">One sentence for each that cannot.</param>
public sealed record ModelScan(IReadOnlyList<ModelPackage> Models, IReadOnlyList<string> Problems);
