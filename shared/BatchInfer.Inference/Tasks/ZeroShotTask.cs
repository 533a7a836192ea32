using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>
/// Labels that the job names, by a model of natural language inference: the text is the premise, each label makes a
/// hypothesis, and how far it follows is the label's score. As many rows an input as there are labels.
/// </summary>
internal sealed class ZeroShotTask : IEncoderTask
{
    private readonly IReadOnlyList<string> _hypotheses;
    private readonly JsonEncodedText[] _labels;
    private readonly int _width, _entailment, _contradiction;
    private readonly bool _multiLabel;
    private readonly WindowAggregation _windows;

    /// <param name="logits">The graph's output.</param>
    /// <param name="rows">How texts become rows.</param>
    /// <param name="modelLabels">Labels of the model, one of which begins with "entail".</param>
    /// <param name="labels">Labels to score.</param>
    /// <param name="template">Sentence with <c>{}</c> in a label's place.</param>
    /// <param name="multiLabel">Whether each label is scored by itself.</param>
    /// <param name="windows">How windows become one.</param>
    public ZeroShotTask(
        OnnxTensorInfo logits, RowOptions rows, IReadOnlyList<string> modelLabels, IReadOnlyList<string> labels, string template, bool multiLabel, WindowAggregation windows)
    {
        Outputs = [logits];
        Rows = rows;
        _hypotheses = [.. labels.Select(l => template.Replace("{}", l, StringComparison.Ordinal))];
        _labels = OutputJson.Encode(labels);
        _width = modelLabels.Count;
        _entailment = Entailment(modelLabels) ?? throw new ArgumentException("The model has no label that begins with \"entail\".", nameof(modelLabels));
        // As Hugging Face's pipeline: the other end of the scale.
        _contradiction = _entailment == 0 ? _width - 1 : 0;
        _multiLabel = multiLabel || labels.Count == 1;
        _windows = windows;
    }

    public IReadOnlyList<OnnxTensorInfo> Outputs { get; }

    public RowOptions Rows { get; }

    public int TextsPerInput => _hypotheses.Count;

    public bool TextsShareInput => true;

    /// <summary>Which logit says that a hypothesis follows, or null when the labels name none.</summary>
    public static int? Entailment(IReadOnlyList<string> modelLabels)
    {
        for (int i = 0; i < modelLabels.Count; i++)
            if (modelLabels[i].StartsWith("entail", StringComparison.OrdinalIgnoreCase)) return i;
        return null;
    }

    public TextInput TextOf(in TextInput input, int number) => new(input.Text, _hypotheses[number]);

    public int KeptValues(in RowValues row) => _width;

    public bool TryKeep(in RowValues row, Span<float> kept) => Scores.TryCopy(row.Values(0)[.._width], kept);

    public TaskOutput Finish(in InputRows rows)
    {
        using var logits = new PooledSpan<float>(_width);
        using var scratch = new PooledSpan<float>(_labels.Length);
        using var order = new PooledSpan<int>(_labels.Length);
        var scores = scratch.Span;
        for (int row = 0, end; row < rows.Count; row = end)
        {
            end = rows.EndOfText(row);
            _windows.Apply(rows, row, end, logits.Span);
            float entails = logits.Span[_entailment];
            // A softmax of two is a sigmoid of their difference.
            scores[rows.TextOf(row)] = _multiLabel ? Scores.Sigmoid(entails - logits.Span[_contradiction]) : entails;
        }

        if (!_multiLabel) Scores.Softmax(scores, scores);
        Ranking.Best(scores, order.Span);
        var json = OutputJson.Begin();
        json.Writer.WriteStartObject();
        json.Writer.WriteStartArray(OutputJson.Labels);
        foreach (int label in order.Span) json.Writer.WriteStringValue(_labels[label]);
        json.Writer.WriteEndArray();
        json.Writer.WriteStartArray(OutputJson.Scores);
        foreach (int label in order.Span) json.Writer.WriteNumberValue(scores[label]);
        json.Writer.WriteEndArray();
        json.Writer.WriteEndObject();
        return json.Finish();
    }
}
