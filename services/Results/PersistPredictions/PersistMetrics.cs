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
    private readonly Histogram<int> _chunks;

    public PersistMetrics()
    {
        _records = _meter.CreateCounter<long>("batchinfer.results.records", "{record}", "Records of jobs stored.");
        _predictions = _meter.CreateCounter<long>("batchinfer.results.predictions", "{prediction}", "New predictions stored.");
        _duration = _meter.CreateHistogram("batchinfer.persist.duration", "s", "Time of one transaction that stores chunks.", null, Buckets.Call);
        _chunks = _meter.CreateHistogram(
            "batchinfer.persist.chunks", "{chunk}", "Chunks stored in one transaction.", null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 4, 5, 6, 7, 8] });
    }

    public void Persisted(IReadOnlyList<PredictionsProduced> chunks, IReadOnlyList<StoredChunk> stored, TimeSpan elapsed)
    {
        for (int i = 0; i < chunks.Count; i++)
        {
            var task = KeyValuePair.Create<string, object?>("batchinfer.task", chunks[i].Task);
            _records.Add(stored[i].Inserted, task);
            _predictions.Add(stored[i].Predictions, task);
        }

        _chunks.Record(chunks.Count);
        _duration.Record(elapsed.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();
}
