using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Token vectors, or a pooled vector, to one embedding.</summary>
/// <param name="source">The graph's output.</param>
/// <param name="pooling">How token vectors become one; null when the graph pools itself.</param>
/// <param name="normalize">Whether to scale the vector to length 1.</param>
internal sealed class EmbeddingDecoder(OnnxTensorInfo source, Pooling? pooling, bool normalize) : ITaskDecoder
{
    public OnnxTensorInfo Source => source;

    public bool TryDecode(ReadOnlySpan<float> values, int width, int tokens, out string? json, out float[]? embedding)
    {
        (json, embedding) = (null, null);
        var vector = GC.AllocateUninitializedArray<float>(width);
        if (pooling is { } how) how.Apply(values, tokens, vector);
        else values[..width].CopyTo(vector);
        if (!TensorPrimitives.IsFiniteAll<float>(vector)) return false;
        if (normalize)
        {
            // As PyTorch's normalize: a vector of zeros stays one.
            float norm = Math.Max(TensorPrimitives.Norm<float>(vector), 1e-12f);
            TensorPrimitives.Divide(vector, norm, vector);
        }

        embedding = vector;
        return true;
    }
}
