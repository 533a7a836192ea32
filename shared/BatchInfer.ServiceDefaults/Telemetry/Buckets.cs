using System.Diagnostics.Metrics;

namespace BatchInfer.ServiceDefaults;

/// <summary>Bounds of histograms of seconds: OpenTelemetry's own begin at five seconds, which is where most of our times end.</summary>
public static class Buckets
{
    /// <summary>For what takes from milliseconds to minutes: shards, waits, loads.</summary>
    public static InstrumentAdvice<double> Work { get; } = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300] };

    /// <summary>For what takes from a tenth of a millisecond to seconds: queries and transactions.</summary>
    public static InstrumentAdvice<double> Call { get; } = new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] };
}
