using System.Globalization;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>How fast one way of predicting went.</summary>
/// <param name="Way">Which way.</param>
/// <param name="Records">Records predicted.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="Tokens">Tokens of the records.</param>
/// <param name="PaddedTokens">The same with padding.</param>
internal sealed record Measurement(string Way, long Records, double Seconds, long Tokens, long PaddedTokens)
{
    public double RecordsPerSecond => Records / Seconds;

    public string[] Cells(double ceiling) =>
    [
        Way,
        RecordsPerSecond.ToString("N0", CultureInfo.InvariantCulture),
        (Tokens / Seconds).ToString("N0", CultureInfo.InvariantCulture),
        PaddedTokens == 0 ? "" : (1 - (double)Tokens / PaddedTokens).ToString("P1", CultureInfo.InvariantCulture),
        (RecordsPerSecond / ceiling).ToString("0.00", CultureInfo.InvariantCulture),
    ];

    /// <summary>The middle one by speed: of runs on a noisy machine the most trustworthy.</summary>
    public static Measurement Median(IEnumerable<Measurement> runs)
    {
        var sorted = runs.OrderBy(r => r.RecordsPerSecond).ToList();
        return sorted[sorted.Count / 2];
    }
}
