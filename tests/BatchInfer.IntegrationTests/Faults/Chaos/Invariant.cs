using System.Globalization;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>The promise, read from the database: every record of a job once, as a prediction or as an error row, and as in the calm run.</summary>
internal static class Invariant
{
    private const double Tolerance = 1e-6;
    private const int Shown = 5;

    private const string Items =
        """
        SELECT i.ordinal, coalesce(i.custom_id, (i.ordinal + j.line_offset)::text), i.key, p.output::text, e.code
        FROM results.jobs j
        JOIN results.job_items i ON i.job = j.number
        LEFT JOIN results.predictions p ON p.key = i.key
        LEFT JOIN results.item_errors e ON e.job = i.job AND e.ordinal = i.ordinal
        WHERE j.job_id = $1 ORDER BY i.ordinal
        """;

    // What the coordinator counted is what the results service stored; the last two are there to understand a failure by.
    private const string Counts =
        """
        SELECT j.total, j.computed + j.cached + j.failed, j.failed,
            (SELECT coalesce(sum(record_count), 0) FROM coordinator.shards s WHERE s.job_id = j.id AND s.status <> 'Split'),
            (SELECT count(*) FROM coordinator.shards s WHERE s.job_id = j.id AND s.status NOT IN ('Persisted', 'Split')),
            (SELECT count(*) FROM results.item_errors e JOIN results.jobs n ON n.number = e.job WHERE n.job_id = j.id),
            (SELECT count(*) FROM results.job_items i JOIN results.jobs n ON n.number = i.job WHERE n.job_id = j.id),
            (SELECT count(*) FROM results.jobs n WHERE n.job_id = j.id)
        FROM coordinator.jobs j WHERE j.id = $1
        """;

    private static readonly string[] CountNames =
        ["total", "computed, cached or failed", "failed", "in shards", "shards not stored", "error rows", "job_items rows", "results.jobs rows"];

    /// <summary>Checks one completed job: no record lost, doubled, or answered otherwise than in the calm run, and every count right.</summary>
    public static async Task CheckAsync(NpgsqlConnection connection, string run, Guid job, CalmRun calm, CancellationToken ct)
    {
        var (lost, doubled, different) = await CompareAsync(connection, job, calm, ct);
        long[] found = await CountAsync(connection, job, ct);
        long all = calm.Lines.Count, failed = calm.Lines.Count(l => l.Error is not null);
        long[] expected = [all, all, failed, all, 0, failed, all, 1];
        Assert.True((lost, doubled, different) is (0, 0, 0) && found.SequenceEqual(expected),
            $"{run}, job {job}: {lost} records lost, {doubled} doubled, {different} different; "
            + string.Join(", ", CountNames.Select((name, i) => $"{name} {found[i]}{(found[i] == expected[i] ? "" : $" (should be {expected[i]})")}")) + ".");
    }

    private static async Task<(long Lost, long Doubled, long Different)> CompareAsync(NpgsqlConnection connection, Guid job, CalmRun calm, CancellationToken ct)
    {
        var times = new int[calm.Lines.Count];
        long different = 0;
        await using var items = new NpgsqlCommand(Items, connection) { Parameters = { new() { Value = job } } };
        await using var row = await items.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            long ordinal = row.GetInt64(0);
            string? output = row.IsDBNull(3) ? null : row.GetString(3), code = row.IsDBNull(4) ? null : row.GetString(4);
            var expected = ordinal < times.Length ? calm.Lines[(int)ordinal] : null;
            if (expected is not null) times[ordinal]++;
            if (expected is not null && Equal(expected, row.GetString(1), output, code)) continue;
            if (different++ < Shown) TestContext.Current.TestOutputHelper?.WriteLine($"Record {ordinal}: {output ?? code}, in calm {expected}");
        }

        return (times.LongCount(t => t == 0), times.Sum(t => Math.Max(0L, t - 1)), different);
    }

    private static async Task<long[]> CountAsync(NpgsqlConnection connection, Guid job, CancellationToken ct)
    {
        await using var counts = new NpgsqlCommand(Counts, connection) { Parameters = { new() { Value = job } } };
        await using var row = await counts.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return [.. Enumerable.Range(0, CountNames.Length).Select(i => Convert.ToInt64(row.GetValue(i), CultureInfo.InvariantCulture))];
    }

    private static bool Equal(PredictionLine calm, string customId, string? output, string? code)
    {
        if (calm.CustomId != customId || calm.Error?.Code != code) return false;
        if (calm.Output is not { } expected) return output is null;
        if (output is null) return false;
        using var document = JsonDocument.Parse(output);
        var (theirs, ours) = (Jobs.Scores(expected), Jobs.Scores(document.RootElement));
        return theirs.Count == ours.Count && theirs.All(t => ours.TryGetValue(t.Key, out double score) && Math.Abs(score - t.Value) <= Tolerance);
    }
}
