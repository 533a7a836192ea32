namespace BatchInfer.Inference;

/// <summary>The one logit of a cross-encoder to a score of the pair.</summary>
internal sealed class PairScoreTask(OnnxTensorInfo logits, RowOptions rows, ScoreFunction function, WindowAggregation windows) : IEncoderTask
{
    public IReadOnlyList<OnnxTensorInfo> Outputs { get; } = [logits];

    public RowOptions Rows => rows;

    public int KeptValues(in RowValues row) => 1;

    public bool TryKeep(in RowValues row, Span<float> kept) => Scores.TryCopy(row.Values(0)[..1], kept);

    public TaskOutput Finish(in InputRows rows)
    {
        Span<float> score = stackalloc float[1];
        windows.Apply(rows, 0, rows.Count, score);
        Scores.Apply(function, score, score);
        return Write(score[0]);
    }

    public static string Write(float score)
    {
        var json = OutputJson.Begin();
        json.Writer.WriteStartObject();
        json.Writer.WriteNumber(OutputJson.Score, score);
        json.Writer.WriteEndObject();
        return json.Finish();
    }
}
