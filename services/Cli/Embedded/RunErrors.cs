using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>The first error rows of a run that did not complete, and how to see the others: the server that has them ends with the run.</summary>
internal static class RunErrors
{
    public static async Task<IReadOnlyList<ErrorLine>> ReadAsync(BatchInferClient client, JobResource job, int count, CancellationToken ct) =>
        job.Counts.Failed > 0 ? (await client.ListErrorsAsync(job.Id, limit: count, ct: ct)).Data : [];

    public static void Show(CliEnvironment env, RunRequest run, JobResource job, IReadOnlyList<ErrorLine> rows)
    {
        if (rows.Count == 0) return;
        // Standard output may be where predictions are awaited: a reader of those gets nothing else.
        if (run.Output is null) JobViews.WriteErrors(env, rows);
        else foreach (var row in rows) env.Say(FormattableString.Invariant($"Line {row.Line} ({row.CustomId}): {row.Code}: {row.Message}"));
        env.Say($"These are {Numbers.Count(rows.Count)} of {Numbers.Count(Math.Max(rows.Count, job.Counts.Failed))} error rows. To see all: "
            + $"'batchinfer serve --data {Quoted(run.DataFolder)} --models {Quoted(Path.GetDirectoryName(run.Model.Folder) ?? run.Model.Folder)}', and beside it 'batchinfer errors {job.Id} --limit {Math.Max(rows.Count, job.Counts.Failed)}'.");
    }

    /// <summary>As the samples of a run: records without a prediction.</summary>
    public static IReadOnlyList<RunSample> AsSamples(IReadOnlyList<ErrorLine> rows) =>
        [.. rows.Select(r => new RunSample(new PredictionLine(r.Ordinal, r.CustomId, null, new RecordError(r.Code, r.Message, r.Line)), null))];

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
