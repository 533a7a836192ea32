using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>What is written, and how long it takes.</summary>
internal sealed class PersistMetrics : IDisposable
{
    private readonly Meter _meter = Telemetry.Meter("Results");
    private readonly Counter<long> _records, _predictions;
    private readonly Histogram<double> _duration;

    public PersistMetrics()
    {
        _records = _meter.CreateCounter<long>("batchinfer.results.records", "{record}", "Records of jobs stored.");
        _predictions = _meter.CreateCounter<long>("batchinfer.results.predictions", "{prediction}", "New predictions stored.");
        _duration = _meter.CreateHistogram<double>("batchinfer.persist.duration", "s", "Time to store one chunk.");
    }

    public void Persisted(PredictionsProduced chunk, StoredChunk stored, TimeSpan elapsed)
    {
        var task = KeyValuePair.Create<string, object?>("batchinfer.task", chunk.Task);
        _records.Add(stored.Inserted, task);
        _predictions.Add(stored.Predictions, task);
        _duration.Record(elapsed.TotalSeconds, task);
    }

    public void Dispose() => _meter.Dispose();
}
