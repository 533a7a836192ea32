using BatchInfer.Contracts;
using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>Measures what takes how much room.</summary>
internal sealed partial class SqlitePredictionStore
{
    private const string SelectPages = "SELECT page_count * page_size, freelist_count * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";

    // The build of SQLite in use has no dbstat, by which pages would be counted: rows are measured by what is in them.
    private const string SelectTables =
        """
        SELECT 'predictions', count(*), coalesce(sum(40 + length(CAST(input AS BLOB)) + coalesce(length(CAST(input_pair AS BLOB)), 0)
            + coalesce(length(CAST(output AS BLOB)), 0) + coalesce(length(embedding), 0)), 0) FROM predictions
        UNION ALL SELECT 'job_items', count(*), coalesce(sum(28 + coalesce(length(CAST(custom_id AS BLOB)), 0)), 0) FROM job_items
        UNION ALL SELECT 'item_errors', count(*), coalesce(sum(16 + length(CAST(custom_id AS BLOB)) + length(code) + length(CAST(message AS BLOB))), 0) FROM item_errors
        UNION ALL SELECT 'shard_receipts', count(*), 40 * count(*) FROM shard_receipts
        ORDER BY 3 DESC
        """;

    private const string SelectModelBytes =
        """
        SELECT r.model, r.revision, r.task, count(*), sum(40 + length(CAST(p.input AS BLOB)) + coalesce(length(CAST(p.input_pair AS BLOB)), 0)
            + coalesce(length(CAST(p.output AS BLOB)), 0) + coalesce(length(p.embedding), 0))
        FROM predictions AS p JOIN predictors AS r ON r.id = p.predictor GROUP BY 1, 2, 3 ORDER BY 5 DESC
        """;

    private const string SelectJobBytes =
        """
        SELECT j.job_id, i.n, i.bytes FROM (
            SELECT job, count(*) AS n, sum(28 + coalesce(length(CAST(custom_id AS BLOB)), 0)) AS bytes FROM job_items GROUP BY job ORDER BY 3 DESC LIMIT 100) AS i
        JOIN jobs AS j ON j.number = i.job ORDER BY i.bytes DESC
        """;

    public async Task<StorageResource> MeasureAsync(CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        var pages = Rows(SelectPages, r => (Bytes: r.GetInt64(0), Free: r.GetInt64(1)))[0];
        return new StorageResource(
            "sqlite", pages.Bytes, pages.Free, false,
            Rows(SelectTables, r => new TableStorage(r.GetString(0), r.GetInt64(1), r.GetInt64(2), null)),
            Rows(SelectModelBytes, r => new ModelStorage(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4))),
            Rows(SelectJobBytes, r => new JobStorage(Id(r, 0), r.GetInt64(1), r.GetInt64(2))));

        List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read)
        {
            ct.ThrowIfCancellationRequested();
            var rows = new List<T>();
            using var select = new SqliteStatement(connection, sql, 0);
            using var row = select.Read();
            while (row.Read()) rows.Add(read(row));
            return rows;
        }
    }
}
