using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>The cosine of the embeddings of a pair's texts, each read by itself.</summary>
internal sealed class EmbeddingSimilarityTask(OnnxTensorInfo source, RowOptions rows, EmbeddingSettings settings)
    : EmbeddingTask(source, rows, settings with { Normalize = true })
{
    private readonly string _prefix = settings.Prefix;

    public override int TextsPerInput => 2;

    public override TextInput TextOf(in TextInput input, int number) => new(_prefix + (number == 0 ? input.Text : input.TextPair), null);

    public override TaskOutput Finish(in InputRows rows)
    {
        int second = rows.EndOfText(0);
        float[] a = Embed(rows, 0, second), b = Embed(rows, second, rows.Count);
        return PairScoreTask.Write(Math.Clamp(TensorPrimitives.Dot<float>(a, b), -1, 1));
    }
}
