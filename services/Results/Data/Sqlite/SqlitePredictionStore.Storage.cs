using BatchInfer.Contracts;
using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>Measures what takes how much room.</summary>
internal sealed partial class SqlitePredictionStore
{
    private const int MostJobs = 100;

    private const string SelectPages = "SELECT page_count * page_size, freelist_count * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";

    private const string SelectReceipts = "SELECT count(*), coalesce(sum(failed), 0) FROM shard_receipts";

    // One by one: asked for both ends at once, SQLite reads all that is between them.
    private const string SelectRowIds =
        """
        SELECT 0, (SELECT rowid FROM predictions ORDER BY rowid LIMIT 1), (SELECT rowid FROM predictions ORDER BY rowid DESC LIMIT 1)
        """;

    private const string SelectItemRanges =
        """
        SELECT number, (SELECT ordinal FROM job_items WHERE job = number ORDER BY ordinal LIMIT 1),
            (SELECT ordinal FROM job_items WHERE job = number ORDER BY ordinal DESC LIMIT 1) FROM jobs
        """;

    private const string SelectErrorRanges =
        """
        SELECT number, (SELECT ordinal FROM item_errors WHERE job = number ORDER BY ordinal LIMIT 1),
            (SELECT ordinal FROM item_errors WHERE job = number ORDER BY ordinal DESC LIMIT 1) FROM jobs
        """;

    // The build of SQLite in use has no dbstat, by which pages would be counted: rows are measured by what is in them.
    private const string MeasurePredictions =
        """
        SELECT predictor, count(*), sum(40 + length(CAST(input AS BLOB)) + coalesce(length(CAST(input_pair AS BLOB)), 0)
            + coalesce(length(CAST(output AS BLOB)), 0) + coalesce(length(embedding), 0))
        FROM predictions WHERE rowid BETWEEN $1 AND $2 GROUP BY predictor
        """;

    private const string MeasureItems =
        """
        SELECT job, count(*), sum(28 + coalesce(length(CAST(custom_id AS BLOB)), 0))
        FROM job_items WHERE job = $3 AND ordinal BETWEEN $1 AND $2 GROUP BY job
        """;

    private const string MeasureErrors =
        """
        SELECT job, count(*), sum(16 + length(CAST(custom_id AS BLOB)) + length(code) + length(CAST(message AS BLOB)))
        FROM item_errors WHERE job = $3 AND ordinal BETWEEN $1 AND $2 GROUP BY job
        """;

    /// <summary>As <see cref="IPredictionStore.RowsCounted"/>; tests have less.</summary>
    public long RowsCounted { get; init; } = IPredictionStore.RowsCounted;

    public async Task<StorageResource> MeasureAsync(CancellationToken ct)
    {
        var predictors = await ListPredictorsAsync(ct);
        await using var connection = await OpenAsync(ct);
        bool estimated = false;
        var pages = Rows(SelectPages, r => (Bytes: r.GetInt64(0), Free: r.GetInt64(1)))[0];
        var receipts = Rows(SelectReceipts, r => (Shards: r.GetInt64(0), Failed: r.GetInt64(1)))[0];
        var rowIds = Ranges(SelectRowIds);
        var predictions = Measure(MeasurePredictions, rowIds, rowIds.Sum(r => r.Keys));
        var ordinals = Ranges(SelectItemRanges);
        var items = Measure(MeasureItems, ordinals, ordinals.Sum(r => r.Keys));
        // Few records of a job have failed: their ordinals say nothing of how many.
        var errors = Measure(MeasureErrors, Ranges(SelectErrorRanges), receipts.Failed);

        TableStorage[] tables =
        [
            Table("predictions", predictions), Table("job_items", items), Table("item_errors", errors),
            new TableStorage("shard_receipts", receipts.Shards, 40 * receipts.Shards, null),
        ];
        var models = predictors.Where(p => predictions.ContainsKey(p.Id)).GroupBy(p => (p.Model, p.Revision, p.Task)).Select(g => new ModelStorage(
            g.Key.Model, g.Key.Revision, g.Key.Task, Whole(g.Sum(p => predictions[p.Id].Rows)), Whole(g.Sum(p => predictions[p.Id].Bytes))));
        using var job = new SqliteStatement(connection, "SELECT job_id FROM jobs WHERE number = $1", 1);
        var jobs = items.OrderByDescending(i => i.Value.Bytes).Take(MostJobs).Select(i => new JobStorage(JobId(i.Key), Whole(i.Value.Rows), Whole(i.Value.Bytes)));
        return new StorageResource(
            "sqlite", pages.Bytes, pages.Free, estimated,
            [.. tables.OrderByDescending(t => t.TableBytes)], [.. models.OrderByDescending(m => m.Bytes)], [.. jobs]);

        List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read)
        {
            ct.ThrowIfCancellationRequested();
            var rows = new List<T>();
            using var select = new SqliteStatement(connection, sql, 0);
            using var row = select.Read();
            while (row.Read()) rows.Add(read(row));
            return rows;
        }

        // Where there are no rows there is neither first nor last.
        List<KeyRange> Ranges(string sql) =>
            [.. Rows(sql, r => r.IsDBNull(1) || r.IsDBNull(2) ? default(KeyRange?) : new KeyRange(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2))).OfType<KeyRange>()];

        Dictionary<int, (double Rows, double Bytes)> Measure(string sql, List<KeyRange> ranges, long rows)
        {
            estimated |= rows > RowsCounted;
            return new SqliteSample(connection, ct).Measure(sql, ranges, rows > RowsCounted ? (double)RowsCounted / rows : 1);
        }

        Guid JobId(int number)
        {
            using var row = job.Read(number);
            row.Read();
            return Id(row, 0);
        }
    }

    private static TableStorage Table(string name, Dictionary<int, (double Rows, double Bytes)> parts) =>
        new(name, Whole(parts.Values.Sum(p => p.Rows)), Whole(parts.Values.Sum(p => p.Bytes)), null);

    private static long Whole(double estimate) => (long)Math.Round(estimate);
}
