using System.Diagnostics;
using System.Diagnostics.Metrics;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>How long it takes to find stored predictions.</summary>
internal static class LookUpMetrics
{
    private static readonly Meter Meter = Telemetry.Meter("Results.LookUp");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram("batchinfer.lookup.duration", "s", "Time to find predictions, by what answered", null, Buckets.Call);

    /// <summary>One prediction, or many, were looked for.</summary>
    /// <param name="started">When, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="answeredBy"><c>cache</c>, <c>store</c>, or <c>nothing</c> where none is stored.</param>
    /// <param name="kind"><c>one</c> or <c>many</c>.</param>
    public static void Found(long started, string answeredBy, string kind) => Duration.Record(
        Stopwatch.GetElapsedTime(started).TotalSeconds,
        KeyValuePair.Create<string, object?>("batchinfer.lookup.answered_by", answeredBy), KeyValuePair.Create<string, object?>("batchinfer.lookup.kind", kind));
}
