using BatchInfer.Cli.Embedded;

namespace BatchInfer.Cli.Rendering;

/// <summary>The end of a run: samples and totals.</summary>
internal static class RunViews
{
    private const int LongestText = 80;

    public static void WriteTables(CliEnvironment env, RunTotals totals, IReadOnlyList<RunSample> samples)
    {
        if (samples.Count > 0)
        {
            var table = new TableView("id", "text", "prediction");
            foreach (var (line, input) in samples)
                table.Add(line.CustomId, SafeText.Clean(input, LongestText), line.Error is { } e ? $"{e.Code}: {e.Message}" : OutputText.Of(line.Output));
            table.Write(env);
            if (!env.OutIsTerminal) env.Out.WriteLine();
        }

        // A reader gets a sentence, since nine columns do not fit a terminal; a script the columns.
        if (env.OutIsTerminal)
        {
            env.Out.WriteLine(Describe(totals));
            return;
        }

        var counts = totals.Job.Counts;
        new TableView("records", "computed", "cached", "duplicates", "failed", "tokens", "seconds", "records/s", "tokens/s")
            .Add(Numbers.Count(counts.Total), Numbers.Count(counts.Computed), Numbers.Count(counts.Cached), Numbers.Count(counts.Duplicates),
                Numbers.Count(counts.Failed), Numbers.Count(counts.Tokens), Numbers.Seconds(totals.Seconds),
                Numbers.Rate(totals.RecordsPerSecond), Numbers.Rate(totals.TokensPerSecond))
            .Write(env);
    }

    public static string Describe(RunTotals totals)
    {
        var counts = totals.Job.Counts;
        return $"{Numbers.Count(counts.Total)} records in {Numbers.Seconds(totals.Seconds)} s: {Numbers.Count(counts.Computed)} computed, "
            + $"{Numbers.Count(counts.Cached)} cached ({Numbers.Count(counts.Duplicates)} duplicates), {Numbers.Count(counts.Failed)} failed; "
            + $"{Numbers.Rate(totals.RecordsPerSecond)} records/s, {Numbers.Rate(totals.TokensPerSecond)} tokens/s.";
    }

    public static void WriteJson(CliEnvironment env, RunTotals totals, string? output, IReadOnlyList<RunSample> samples)
    {
        var (job, counts) = (totals.Job, totals.Job.Counts);
        env.WriteJson(new
        {
            jobId = job.Id, job.Status, job.Model, job.Revision, job.Task, counts.Total, counts.Computed, counts.Cached, counts.Duplicates, counts.Failed,
            counts.Tokens, totals.Seconds, totals.RecordsPerSecond, totals.TokensPerSecond, output, job.Message,
            samples = samples.Select(s => new { s.Line.CustomId, s.Input, s.Line.Output, s.Line.Error }),
        });
    }
}
