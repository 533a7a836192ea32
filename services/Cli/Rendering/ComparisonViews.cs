using System.Globalization;
using BatchInfer.Cli.Embedded;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Rendering;

/// <summary>Two models side by side.</summary>
internal static class ComparisonViews
{
    private const int LongestText = 80;

    public static void WriteTables(CliEnvironment env, Comparison comparison)
    {
        var (first, second, report) = (comparison.First, comparison.Second, comparison.Report);
        new TableView("model", "size", "records/s", "revision")
            .Add(first.Model, Size(first), Rate(first), ModelReference.Abbreviate(first.Revision))
            .Add(second.Model, Size(second), Rate(second), ModelReference.Abbreviate(second.Revision))
            .Write(env);
        var facts = new TableView("records", Numbers.Count(report.Records));
        facts.Add(report.MeanCosine is null ? "agreement" : "equal", Percent(report.Agreement));
        if (report.LabelFlips is { } flips) facts.Add("label flips", Numbers.Count(flips));
        if (report.MeanScoreDifference is { } mean) facts.Add("score difference, mean", Small(mean)).Add("score difference, largest", Small(report.MaxScoreDifference ?? 0));
        if (report.MeanCosine is { } cosine) facts.Add("cosine, mean", Small(cosine)).Add("cosine, smallest", Small(report.MinCosine ?? 0));
        if (report.MeanTextDistance is { } distance) facts.Add("edits, mean share of the text", Percent(distance));
        if (report.MeanLogprobDifference is { } logprob) facts.Add("mean log-probability, difference", Small(logprob)).Add("the largest", Small(report.MaxLogprobDifference ?? 0));
        if (report.Failed > 0) facts.Add("failed in one or both", Numbers.Count(report.Failed));
        if (first.RecordsPerSecond is { } a && second.RecordsPerSecond is { } b) facts.Add("speed", string.Create(CultureInfo.InvariantCulture, $"{b / a:0.00} ×"));
        if (first.SizeBytes is { } x && second.SizeBytes is { } y && x > 0) facts.Add("size", string.Create(CultureInfo.InvariantCulture, $"{(double)y / x:0.00} ×"));
        facts.Write(env);
        if (report.Worst.Count == 0) return;
        var worst = new TableView("id", "text", first.Model, second.Model, "drift");
        for (int i = 0; i < report.Worst.Count; i++)
        {
            var record = report.Worst[i];
            string? text = i < comparison.WorstTexts.Count ? comparison.WorstTexts[i] : null;
            worst.Add(record.CustomId, SafeText.Clean(text, LongestText), OutputText.Of(record.First), OutputText.Of(record.Second), Small(record.Drift));
        }

        worst.Write(env);
    }

    public static void WriteJson(CliEnvironment env, Comparison comparison)
    {
        var report = comparison.Report;
        env.WriteJson(new
        {
            first = comparison.First, second = comparison.Second, report.Records, report.Failed, report.Agreement, report.LabelFlips,
            report.MeanScoreDifference, report.MaxScoreDifference, report.MeanCosine, report.MinCosine,
            report.MeanTextDistance, report.MeanLogprobDifference, report.MaxLogprobDifference,
            worst = report.Worst.Select((w, i) => new { w.Ordinal, w.CustomId, text = i < comparison.WorstTexts.Count ? comparison.WorstTexts[i] : null, w.Drift, w.First, w.Second }),
        });
    }

    private static string Size(ComparedSide side) => side.SizeBytes is { } bytes ? Numbers.Bytes(bytes) : "";

    private static string Rate(ComparedSide side) => side.RecordsPerSecond is { } rate ? Numbers.Rate(rate) : side.Computed == 0 ? "stored" : "";

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    private static string Small(double value) => value.ToString("0.0000##", CultureInfo.InvariantCulture);
}
