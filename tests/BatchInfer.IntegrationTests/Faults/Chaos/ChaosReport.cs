using System.Globalization;
using System.Text;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>The table of docs/reliability.md: what was injected how often, and what came of it.</summary>
internal sealed class ChaosReport(string path)
{
    private readonly List<Injection> _injections = [];
    private int _rounds, _jobs;
    private long _records;

    public int Injected => _injections.Count;

    /// <summary>Adds a run that kept the promise, and writes the table anew.</summary>
    public void Add(ChaosRun run, CalmRun calm)
    {
        _injections.AddRange(run.Injections);
        _rounds++;
        _jobs += run.Jobs;
        _records += (long)run.Jobs * calm.Lines.Count;
        File.WriteAllText(path, ToMarkdown());
    }

    /// <summary>A line of what goes on, as it goes on: the run lasts for hours.</summary>
    public void Say(string line) => File.AppendAllText(path + ".log", line + "\n");

    private string ToMarkdown()
    {
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"{Injected} faults in {_rounds} runs; {_jobs} jobs of together {_records:N0} records, every one checked.\n\n");
        table.Append("| fault | times | lost | doubled | recovery, median | longest |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (string kind in ChaosScript.Catalog.Select(f => f.Kind))
        {
            double[] seconds = [.. _injections.Where(i => i.Kind == kind).Select(i => i.Recovery.TotalSeconds).Order()];
            if (seconds.Length > 0)
                table.Append(CultureInfo.InvariantCulture, $"| {kind} | {seconds.Length} | 0 | 0 | {seconds[seconds.Length / 2]:0.0} s | {seconds[^1]:0.0} s |\n");
        }

        return table.ToString();
    }
}
