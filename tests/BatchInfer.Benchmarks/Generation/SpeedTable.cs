using System.Globalization;
using BatchInfer.Benchmarks.Hosting;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>Speeds of several ways over several rounds, each beside the ceiling that was measured last before it.</summary>
/// <param name="detail">Heading of a last column, or null for none.</param>
internal sealed class SpeedTable(string? detail = null)
{
    private readonly List<(string Way, Speed Speed, Speed Ceiling, string Detail)> _runs = [];
    private Speed _ceiling;

    public void AddCeiling(string way, Speed speed, string detail = "")
    {
        _ceiling = speed;
        Add(way, speed, detail);
    }

    public void Add(string way, Speed speed, string detail = "")
    {
        Console.Error.WriteLine($"  {way}: {speed}");
        _runs.Add((way, speed, _ceiling, detail));
    }

    /// <summary>Prints the middle one of each way's speeds and ratios.</summary>
    public void Write()
    {
        string[] columns = ["way", "tokens/s", "of the ceiling", "by CPU time"];
        var table = new MarkdownTable(detail is null ? columns : [.. columns, detail]);
        foreach (var way in _runs.GroupBy(r => r.Way))
        {
            var runs = way.ToList();
            string[] cells =
            [
                way.Key, runs.ConvertAll(r => r.Speed.PerSecond).Median().ToString("N0", CultureInfo.InvariantCulture),
                Range(runs.ConvertAll(r => r.Speed.PerSecond / r.Ceiling.PerSecond)), Range(runs.ConvertAll(r => r.Speed.PerCpuSecond / r.Ceiling.PerCpuSecond)),
            ];
            table.Add(detail is null ? cells : [.. cells, runs[0].Detail]);
        }

        table.Write();
    }

    private static string Range(List<double> ratios) => ratios.Exists(double.IsNaN) ? "" :
        string.Create(CultureInfo.InvariantCulture, $"{ratios.Median():0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})");
}
