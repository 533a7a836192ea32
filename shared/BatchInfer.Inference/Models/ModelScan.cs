namespace BatchInfer.Inference;

/// <summary>The models found in a folder.</summary>
/// <param name="Models">Every usable model, by name.</param>
/// <param name="Problems">One sentence for each folder or file that looks like a model but cannot be used.</param>
public sealed record ModelScan(IReadOnlyList<ModelPackage> Models, IReadOnlyList<string> Problems);
