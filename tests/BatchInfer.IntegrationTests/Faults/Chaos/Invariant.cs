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

    /// <summary>Checks one completed job.</summary>
    /// <returns>Records lost, doubled, and answered otherwise than in the calm run: all 0 when the promise holds.</returns>
    public static async Task<(long Lost, long Doubled, long Different)> CheckAsync(NpgsqlConnection connection, Guid job, CalmRun calm, CancellationToken ct)
    {
        var times = new int[calm.Lines.Count];
        long different = 0;
        await using (var items = new NpgsqlCommand(Items, connection) { Parameters = { new() { Value = job } } })
        await using (var row = await items.ExecuteReaderAsync(ct))
        {
            while (await row.ReadAsync(ct))
            {
                long ordinal = row.GetInt64(0);
                times[ordinal]++;
                string? output = row.IsDBNull(3) ? null : row.GetString(3), code = row.IsDBNull(4) ? null : row.GetString(4);
                if (Equal(calm.Lines[(int)ordinal], row.GetString(1), output, code)) continue;
                if (different++ < Shown) TestContext.Current.TestOutputHelper?.WriteLine($"Record {ordinal}: {output ?? code}, in calm {calm.Lines[(int)ordinal]}");
            }
        }

        // What the coordinator counted is what the results service stored.
        const string Counts =
            """
            SELECT j.total, j.computed + j.cached + j.failed, j.failed,
                (SELECT sum(record_count) FROM coordinator.shards s WHERE s.job_id = j.id AND s.status <> 'Split'),
                (SELECT count(*) FROM coordinator.shards s WHERE s.job_id = j.id AND s.status NOT IN ('Persisted', 'Split')),
                (SELECT count(*) FROM results.item_errors e JOIN results.jobs n ON n.number = e.job WHERE n.job_id = j.id)
            FROM coordinator.jobs j WHERE j.id = $1
            """;
        await using var counts = new NpgsqlCommand(Counts, connection) { Parameters = { new() { Value = job } } };
        await using var counted = await counts.ExecuteReaderAsync(ct);
        await counted.ReadAsync(ct);
        long expectedFailed = calm.Lines.Count(l => l.Error is not null);
        long[] found = [.. Enumerable.Range(0, 6).Select(i => Convert.ToInt64(counted.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal([calm.Lines.Count, calm.Lines.Count, expectedFailed, calm.Lines.Count, 0, expectedFailed], found);
        return (times.Count(t => t == 0), times.Sum(t => Math.Max(0, t - 1)), different);
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
