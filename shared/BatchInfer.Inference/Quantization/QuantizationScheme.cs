namespace BatchInfer.Inference;

/// <summary>Where the scales of activations come from. In both a row's result does not depend on its batch.</summary>
public enum QuantizationScheme
{
    /// <summary>
    /// Measured at run time, one scale for each activation tensor; needs no texts. The engine runs such a graph one row at a
    /// time, since rows that share a run would share the scale.
    /// </summary>
    Dynamic,

    /// <summary>Measured once on sample texts and written into the graph: rows run in batches.</summary>
    Static,
}
