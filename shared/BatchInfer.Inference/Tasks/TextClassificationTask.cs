using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Logits to labels with scores, the best first, as Hugging Face's pipeline writes them.</summary>
internal sealed class TextClassificationTask(
    OnnxTensorInfo logits, RowOptions rows, IReadOnlyList<string> labels, ScoreFunction function, WindowAggregation windows, int topK) : IEncoderTask
{
    private readonly JsonEncodedText[] _labels = OutputJson.Encode(labels);

    public IReadOnlyList<OnnxTensorInfo> Outputs { get; } = [logits];

    public RowOptions Rows => rows;

    public int KeptValues(in RowValues row) => _labels.Length;

    public bool TryKeep(in RowValues row, Span<float> kept) => Scores.TryCopy(row.Values(0)[.._labels.Length], kept);

    public TaskOutput Finish(in InputRows rows)
    {
        using var scratch = new PooledSpan<float>(_labels.Length);
        using var order = new PooledSpan<int>(Math.Min(topK, _labels.Length));
        var scores = scratch.Span;
        windows.Apply(rows, 0, rows.Count, scores);
        Scores.Apply(function, scores, scores);
        Ranking.Best(scores, order.Span);
        var json = OutputJson.Begin();
        json.Writer.WriteStartArray();
        foreach (int label in order.Span)
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString(OutputJson.Label, _labels[label]);
            json.Writer.WriteNumber(OutputJson.Score, scores[label]);
            json.Writer.WriteEndObject();
        }

        json.Writer.WriteEndArray();
        return json.Finish();
    }
}
