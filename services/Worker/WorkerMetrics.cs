using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Worker;

/// <summary>What a worker did, as metrics. Jobs and records are on spans, never on these.</summary>
internal static class WorkerMetrics
{
    private static readonly Meter Meter = Telemetry.Meter("Worker");
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("batchinfer.records", "{record}", "Records answered, by outcome");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("batchinfer.tokens", "{token}", "Tokens of predicted records");
    private static readonly Counter<long> PaddedTokens = Meter.CreateCounter<long>("batchinfer.tokens.padded", "{token}", "The same with padding");
    private static readonly Histogram<double> ShardDuration = Meter.CreateHistogram<double>("batchinfer.shard.duration", "s", "From a shard taken to its last row sent");
    private static readonly Histogram<double> QueueWait = Meter.CreateHistogram<double>("batchinfer.shard.queue_wait", "s", "From a shard sent to a worker taking it");
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetNames<OutcomeKind>().Select(n => KeyValuePair.Create<string, object?>("batchinfer.outcome", n.ToLowerInvariant()))];

    public static void Count(OutcomeKind outcome, int records)
    {
        if (records > 0) Records.Add(records, Outcomes[(int)outcome]);
    }

    public static void CountTokens(int tokens, int padded)
    {
        Tokens.Add(tokens);
        PaddedTokens.Add(padded);
    }

    /// <summary>By the clocks of two machines: where they differ, at least no time is below zero.</summary>
    public static void ShardTaken(TimeSpan sinceSent) => QueueWait.Record(Math.Max(0, sinceSent.TotalSeconds));

    public static void ShardDone(double seconds) => ShardDuration.Record(seconds);
}
