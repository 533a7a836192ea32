namespace BatchInfer.Inference;

/// <summary>How token vectors become an embedding.</summary>
/// <param name="Pooling">How they become one; not asked when the graph pools them itself.</param>
/// <param name="Normalize">Whether to scale it to length 1.</param>
/// <param name="Dimensions">How many leading values are kept, before scaling.</param>
/// <param name="Prefix">What is put before each text.</param>
internal sealed record EmbeddingSettings(Pooling Pooling, bool Normalize, int Dimensions, string Prefix);
