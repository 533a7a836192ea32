using System.Globalization;

namespace BatchInfer.Benchmarks.Lookup;

/// <summary>
/// How long requests took by the service's own histogram, from its reading of a request to the end of its answer: without the time that the
/// load generator, on the same cores, takes to hear of it.
/// </summary>
internal sealed class ServiceLatency
{
    private readonly SortedDictionary<double, double> _counts = [];

    /// <summary>The histogram of lookups as it is now, all that came before included.</summary>
    public static async Task<ServiceLatency> ReadAsync(int port)
    {
        using var http = new HttpClient();
        string metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        var read = new ServiceLatency();
        foreach (string line in metrics.Split('\n'))
        {
            if (!line.StartsWith("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal) || !line.Contains("\"/v1/predictions\"", StringComparison.Ordinal)) continue;
            // …,le="0.005"} 812 1795000000000
            string bound = line[(line.IndexOf("le=\"", StringComparison.Ordinal) + 4)..];
            bound = bound[..bound.IndexOf('"', StringComparison.Ordinal)];
            double le = bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture);
            double count = double.Parse(line[(line.IndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture);
            read._counts[le] = read._counts.GetValueOrDefault(le) + count;
        }

        return read._counts.Count > 0 ? read : throw new InvalidOperationException("The service has no histogram of /v1/predictions.");
    }

    /// <summary>Milliseconds that a share of the requests since an earlier reading took at most: the upper end of the bucket where it is reached.</summary>
    public double Quantile(ServiceLatency before, double share)
    {
        double all = Since(double.PositiveInfinity);
        return 1000 * _counts.Keys.First(le => Since(le) >= share * all);

        double Since(double le) => _counts[le] - before._counts.GetValueOrDefault(le);
    }
}
