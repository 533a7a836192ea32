using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>
/// The table of docs/reliability.md: what was injected how often, and what came of it. Beside the table stand the runs it was
/// made of, a line each: a later call adds to them.
/// </summary>
internal sealed class ChaosReport(string path)
{
    private readonly List<Round> _rounds =
        File.Exists(path + ".jsonl") ? [.. File.ReadLines(path + ".jsonl").Select(line => JsonSerializer.Deserialize<Round>(line)!)] : [];

    /// <summary>Adds a run that kept the promise, and writes the table anew.</summary>
    public void Add(int seed, ChaosConfiguration configuration, ChaosRun run, CalmRun calm)
    {
        var round = new Round(seed, configuration.ToString(), run.Jobs, (long)run.Jobs * calm.Lines.Count, run.Injections);
        _rounds.Add(round);
        File.AppendAllText(path + ".jsonl", JsonSerializer.Serialize(round) + "\n");
        File.WriteAllText(path, ToMarkdown());
    }

    /// <summary>A line of what goes on, as it goes on: the run lasts for hours.</summary>
    public void Say(string line) => File.AppendAllText(path + ".log", line + "\n");

    private string ToMarkdown()
    {
        var injections = _rounds.SelectMany(r => r.Injections).ToLookup(i => i.Kind, i => i.Recovery.TotalSeconds);
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture,
            $"{injections.Sum(i => i.Count())} faults in {_rounds.Count} runs; {_rounds.Sum(r => r.Jobs)} jobs of together {_rounds.Sum(r => r.Records):N0} records, every one checked.\n\n");
        table.Append("| fault | times | lost | doubled | recovery, median | longest |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (string kind in ChaosScript.Catalog.Select(f => f.Kind).Where(injections.Contains))
        {
            double[] seconds = [.. injections[kind].Order()];
            table.Append(CultureInfo.InvariantCulture, $"| {kind} | {seconds.Length} | 0 | 0 | {seconds[seconds.Length / 2]:0.0} s | {seconds[^1]:0.0} s |\n");
        }

        return table.ToString();
    }

    private sealed record Round(int Seed, string Configuration, int Jobs, long Records, List<Injection> Injections);
}
