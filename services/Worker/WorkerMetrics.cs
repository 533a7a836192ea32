using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Worker;

/// <summary>What a worker did, as metrics. Jobs and records are on spans, never on these.</summary>
internal static class WorkerMetrics
{
    private static readonly Meter Meter = Telemetry.Meter("Worker");
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("batchinfer.records", "{record}", "Records answered, by outcome: those that are cached are hits of the store");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("batchinfer.failures", "{record}", "Records that became error rows, by code");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("batchinfer.tokens", "{token}", "Tokens of predicted records");
    private static readonly Counter<long> PaddedTokens = Meter.CreateCounter<long>("batchinfer.tokens.padded", "{token}", "The same with padding");
    private static readonly Histogram<double> ShardDuration = Meter.CreateHistogram("batchinfer.shard.duration", "s", "From a shard taken to its last row sent", null, Buckets.Work);
    private static readonly Histogram<double> QueueWait = Meter.CreateHistogram("batchinfer.shard.queue_wait", "s", "From a shard sent to a worker taking it", null, Buckets.Work);
    private static readonly Histogram<double> ModelLoad = Meter.CreateHistogram("batchinfer.model.load.duration", "s", "Time to load a model, the measuring of its layout included", null, Buckets.Work);
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<OutcomeKind>().Select(o => KeyValuePair.Create<string, object?>("batchinfer.outcome", Name(o)))];

    public static string Name(OutcomeKind outcome) => outcome switch
    {
        OutcomeKind.Computed => "computed",
        OutcomeKind.Cached => "cached",
        OutcomeKind.Duplicate => "duplicate",
        _ => "failed",
    };

    public static void Count(OutcomeKind outcome, int records)
    {
        if (records > 0) Records.Add(records, Outcomes[(int)outcome]);
    }

    public static void CountFailed(string code, int records) => Failures.Add(records, KeyValuePair.Create<string, object?>("error.type", code));

    public static void CountTokens(int tokens, int padded)
    {
        Tokens.Add(tokens);
        PaddedTokens.Add(padded);
    }

    /// <summary>By the clocks of two machines: where they differ, at least no time is below zero.</summary>
    public static void ShardTaken(TimeSpan sinceSent) => QueueWait.Record(Math.Max(0, sinceSent.TotalSeconds));

    public static void ShardDone(double seconds) => ShardDuration.Record(seconds);

    public static void ModelLoaded(string model, double seconds) => ModelLoad.Record(seconds, KeyValuePair.Create<string, object?>("batchinfer.model", model));

    /// <summary>Shows what is in memory, for as long as the meter that this returns lives.</summary>
    public static Meter Watch(Func<IEnumerable<Measurement<long>>> modelBytes)
    {
        // One of its own: in a test several workers live and die in one process.
        var meter = Telemetry.Meter("Worker.Models");
        meter.CreateObservableGauge("batchinfer.models.memory", modelBytes, "By", "Bytes of graph and weights of the models in memory");
        return meter;
    }
}
