using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BatchInfer.Inference;

/// <summary>What the runs of one model tell of themselves. Without a listener it costs a comparison.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="maxBatchTokens">Padded tokens that a batch may have; 0 where runs are not packed to such a budget.</param>
internal sealed class RunMetrics(string model, int maxBatchTokens)
{
    private static readonly Meter Meter = new("BatchInfer.Inference");

    // From a short text alone to a prompt of thousands of tokens.
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "batchinfer.run.duration", "s", "Time of one run of a model", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    private static readonly Histogram<int> Rows = Meter.CreateHistogram(
        "batchinfer.batch.rows", "{row}", "Rows of one run", null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });

    private static readonly Histogram<double> Fill = Meter.CreateHistogram(
        "batchinfer.batch.fill", "1", "Share of its budget of padded tokens that a batch has; a single long row has more than 1", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 2] });

    private readonly KeyValuePair<string, object?> _model = new("batchinfer.model", model);

    /// <summary>One run ended.</summary>
    /// <param name="kind">What it was: <c>batch</c>, or of a text that is written <c>prompt</c> or <c>step</c>.</param>
    /// <param name="started">When, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="paddedTokens">Its tokens with padding, where it was packed to a budget.</param>
    public void Ran(string kind, long started, int rows, int paddedTokens = 0)
    {
        if (!Duration.Enabled) return;
        var tag = new KeyValuePair<string, object?>("batchinfer.run.kind", kind);
        Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, _model, tag);
        Rows.Record(rows, _model, tag);
        if (maxBatchTokens > 0) Fill.Record((double)paddedTokens / maxBatchTokens, _model);
    }
}
