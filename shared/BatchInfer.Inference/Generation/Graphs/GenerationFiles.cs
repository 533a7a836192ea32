namespace BatchInfer.Inference;

/// <summary>The graphs that write text together.</summary>
/// <param name="Encoder">Graph of the encoder; null where there is none.</param>
/// <param name="Decoder">The decoder that takes a text from its start; it may also take the cache of earlier tokens.</param>
/// <param name="DecoderWithPast">A second decoder for all steps but the first, where the export keeps two; else null.</param>
internal sealed record GenerationFiles(ModelGraph? Encoder, ModelGraph Decoder, ModelGraph? DecoderWithPast)
{
    public bool IsEncoderDecoder => Encoder is not null;

    /// <summary>
    /// Whether the rows of a batch can change each other: a dynamically quantised graph takes one scale for all of them.
    /// </summary>
    public bool RowsAreEntangled => All.Any(f => f.Graph.IsDynamicallyQuantized);

    public IEnumerable<ModelGraph> All => ((ModelGraph?[])[Encoder, Decoder, DecoderWithPast]).OfType<ModelGraph>();
}
