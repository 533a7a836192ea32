using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>Two jobs over one corpus, and how their predictions differ.</summary>
internal sealed record Comparison(ComparedSide First, ComparedSide Second, ComparisonReport Report, IReadOnlyList<string?> WorstTexts)
{
    private const double ShortestSeconds = 2;

    /// <param name="client">The server that has the jobs.</param>
    /// <param name="first">One job.</param>
    /// <param name="second">The other.</param>
    /// <param name="seconds">How long each took just now, or null for jobs of the past.</param>
    /// <param name="worst">Records that differ most to keep.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<Comparison> OfJobsAsync(
        BatchInferClient client, JobResource first, JobResource second, (double First, double Second)? seconds, int worst, CancellationToken ct)
    {
        if (first.FileId != second.FileId) throw CliException.BadInput("The two jobs are over different corpora; compare jobs over one.");
        if (first.Task != second.Task) throw CliException.BadInput($"One job is of {first.Task}, the other of {second.Task}; they cannot be compared.");
        ComparisonReport report;
        try
        {
            report = await PredictionComparer.CompareAsync(client.ReadPredictionsAsync(first.Id, ct), client.ReadPredictionsAsync(second.Id, ct), worst, ct);
        }
        catch (InvalidDataException e)
        {
            throw CliException.BadInput(e.Message);
        }

        var sizes = (await client.ListModelsAsync(ct)).Data.DistinctBy(m => m.Revision).ToDictionary(m => m.Revision, m => m.SizeBytes, StringComparer.Ordinal);
        var texts = report.Worst.Count == 0
            ? []
            : (await client.LookupAsync(new LookupRequest { JobId = first.Id, CustomIds = [.. report.Worst.Select(w => w.CustomId)] }, ct)).Data.Select(r => r.Input).ToList();
        return new Comparison(
            Side(first, seconds?.First, sizes), Side(second, seconds?.Second, sizes), report, texts);
    }

    private static ComparedSide Side(JobResource job, double? seconds, Dictionary<string, long> sizes) => new(
        job.Model, job.Id, job.Revision, sizes.TryGetValue(job.Revision, out long size) ? size : null, job.Counts.Computed,
        // What came from the store says nothing of the model's speed, and neither does a moment: the first model would look slow.
        seconds >= ShortestSeconds && job.Counts.Computed > 0 && job.Counts.Computed >= 0.9 * job.Counts.Total ? job.Counts.Computed / seconds : null);
}

/// <summary>One of two compared jobs.</summary>
internal sealed record ComparedSide(string Model, Guid JobId, string Revision, long? SizeBytes, long Computed, double? RecordsPerSecond);
