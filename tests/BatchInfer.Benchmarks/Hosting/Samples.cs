namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Figures of a measurement's rounds.</summary>
internal static class Samples
{
    public static double Median(this IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);
}
