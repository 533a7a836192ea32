using BatchInfer.Contracts;
using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>Measures what takes how much room.</summary>
internal sealed partial class PostgresPredictionStore
{
    // Partitions count with the table that they are a part of. A table that was never analysed has -1 rows.
    private const string SelectTables =
        """
        SELECT coalesce(parent.relname, c.relname), CASE WHEN min(c.reltuples) >= 0 THEN sum(c.reltuples)::bigint END, sum(pg_table_size(c.oid))::bigint, sum(pg_indexes_size(c.oid))::bigint
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_inherits AS h ON h.inhrelid = c.oid LEFT JOIN pg_class AS parent ON parent.oid = h.inhparent
        WHERE n.nspname = 'results' AND c.relkind = 'r' GROUP BY 1 ORDER BY 3 DESC
        """;

    private const string SelectModelBytes =
        """
        SELECT r.model, r.revision, r.task, sum(p.n)::bigint, sum(p.bytes)::bigint FROM (
            SELECT predictor, count(*) AS n, sum(60 + coalesce(pg_column_size(input), 0) + coalesce(pg_column_size(input_pair), 0)
                + coalesce(pg_column_size(output), 0) + coalesce(pg_column_size(embedding), 0)) AS bytes
            FROM results.predictions TABLESAMPLE SYSTEM ($1) GROUP BY predictor) AS p
        JOIN results.predictors AS r ON r.id = p.predictor GROUP BY 1, 2, 3 ORDER BY 5 DESC
        """;

    private const string SelectJobBytes =
        """
        SELECT j.job_id, i.n, i.bytes FROM (
            SELECT job, count(*) AS n, sum(56 + coalesce(pg_column_size(custom_id), 0)) AS bytes
            FROM results.job_items TABLESAMPLE SYSTEM ($1) GROUP BY job ORDER BY 3 DESC LIMIT 100) AS i
        JOIN results.jobs AS j ON j.number = i.job ORDER BY i.bytes DESC
        """;

    /// <summary>As <see cref="IPredictionStore.RowsCounted"/>; tests have less.</summary>
    public long RowsCounted { get; init; } = IPredictionStore.RowsCounted;

    public async Task<StorageResource> MeasureAsync(CancellationToken ct)
    {
        var tables = new List<TableStorage>();
        await using (var select = _writes.CreateCommand(SelectTables))
        await using (var row = await select.ExecuteReaderAsync(ct))
            while (await row.ReadAsync(ct)) tables.Add(new TableStorage(row.GetString(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        double predictions = Sample("predictions"), items = Sample("job_items");
        var models = new List<ModelStorage>();
        await using (var select = Sampled(SelectModelBytes, predictions))
        await using (var row = await select.ExecuteReaderAsync(ct))
            while (await row.ReadAsync(ct))
                models.Add(new ModelStorage(row.GetString(0), row.GetString(1), row.GetString(2), Whole(row.GetInt64(3), predictions), Whole(row.GetInt64(4), predictions)));
        var jobs = new List<JobStorage>();
        await using (var select = Sampled(SelectJobBytes, items))
        await using (var row = await select.ExecuteReaderAsync(ct))
            while (await row.ReadAsync(ct)) jobs.Add(new JobStorage(row.GetGuid(0), Whole(row.GetInt64(1), items), Whole(row.GetInt64(2), items)));
        return new StorageResource("postgres", tables.Sum(t => t.TableBytes + (t.IndexBytes ?? 0)), null, predictions < 100 || items < 100, tables, models, jobs);

        double Sample(string table)
        {
            long rows = tables.Find(t => t.Table == table)?.Rows ?? 0;
            return rows > RowsCounted ? 100.0 * RowsCounted / rows : 100;
        }
    }

    private NpgsqlCommand Sampled(string sql, double percent)
    {
        var command = _writes.CreateCommand(sql);
        // A table that was never analysed is read whole, however large it is.
        command.CommandTimeout = PassSeconds;
        command.Parameters.Add(new() { Value = (float)percent });
        return command;
    }

    private static long Whole(long sampled, double percent) => (long)(sampled * 100 / percent);
}
