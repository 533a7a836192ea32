using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Token vectors, or a vector of the graph's own, to one embedding for each text.</summary>
/// <param name="source">The graph's output.</param>
/// <param name="rows">How texts become rows.</param>
/// <param name="settings">How vectors become the embedding.</param>
internal class EmbeddingTask(OnnxTensorInfo source, RowOptions rows, EmbeddingSettings settings) : IEncoderTask
{
    public IReadOnlyList<OnnxTensorInfo> Outputs { get; } = [source];

    public RowOptions Rows => rows;

    public virtual int TextsPerInput => 1;

    public virtual TextInput TextOf(in TextInput input, int number) => settings.Prefix.Length == 0 ? input : input with { Text = settings.Prefix + input.Text };

    // Of a token output all values are needed only to pool them.
    public int KeptValues(in RowValues row) => row.Width(0);

    public bool TryKeep(in RowValues row, Span<float> kept)
    {
        var values = row.Values(0);
        if (values.Length == kept.Length) values.CopyTo(kept);
        else settings.Pooling.Apply(values, row.Tokens, kept);
        return TensorPrimitives.IsFiniteAll<float>(kept);
    }

    public virtual TaskOutput Finish(in InputRows rows) => Embed(rows, 0, rows.Count);

    /// <summary>The embedding of the text that has the rows <paramref name="first"/>..<paramref name="end"/>.</summary>
    protected float[] Embed(in InputRows rows, int first, int end)
    {
        var vector = GC.AllocateUninitializedArray<float>(Math.Min(rows.Kept(first).Length, settings.Dimensions));
        WindowAggregation.Mean.Apply(rows, first, end, vector);
        if (!settings.Normalize) return vector;
        // As PyTorch's normalize: a vector of zeros stays one.
        float norm = Math.Max(TensorPrimitives.Norm<float>(vector), 1e-12f);
        TensorPrimitives.Divide(vector, norm, vector);
        return vector;
    }
}
