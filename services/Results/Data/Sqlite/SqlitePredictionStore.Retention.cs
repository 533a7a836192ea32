namespace BatchInfer.Results.Data.Sqlite;

/// <summary>Goes through the predictions, and deletes. Between two short transactions writers have their turn.</summary>
internal sealed partial class SqlitePredictionStore
{
    private const string SelectPredictors = "SELECT id, model, revision, task, parameters, digest FROM predictors ORDER BY id";

    private const string DeleteItems =
        "DELETE FROM job_items WHERE job = $1 AND ordinal IN (SELECT ordinal FROM job_items WHERE job = $1 ORDER BY ordinal LIMIT $2)";

    private const string DeleteErrors =
        "DELETE FROM item_errors WHERE job = $1 AND ordinal IN (SELECT ordinal FROM item_errors WHERE job = $1 ORDER BY ordinal LIMIT $2)";

    private const string DeletePrediction = "DELETE FROM predictions WHERE key = $1";

    // By the shards' receipts, of which there are far fewer than records; no other count of those is kept.
    private const string EstimateItems = "SELECT coalesce(sum(received), 0) FROM shard_receipts";

    // In this order the records are read once, and each asks the few candidates.
    private const string KeepNamed =
        "DELETE FROM trim_candidates WHERE key IN (SELECT i.key FROM job_items AS i CROSS JOIN trim_candidates AS c ON c.key = i.key)";

    public async Task<IReadOnlyList<Predictor>> ListPredictorsAsync(CancellationToken ct)
    {
        var predictors = new List<Predictor>();
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectPredictors, 0);
        using var row = select.Read();
        while (row.Read())
            predictors.Add(new Predictor
            {
                Id = row.GetInt32(0), Model = row.GetString(1), Revision = row.GetString(2), Task = row.GetString(3), Parameters = row.GetString(4), Digest = Id(row, 5),
            });
        return predictors;
    }

    public async Task<IReadOnlyList<StoredPrediction>> ReadPredictionsAsync(IReadOnlyCollection<int> predictors, Guid after, int count, CancellationToken ct)
    {
        var found = new List<StoredPrediction>(count);
        var budget = new ByteBudget();
        await using var connection = await OpenAsync(ct);
        using var keys = new SqliteStatement(connection, $"SELECT key FROM predictions WHERE predictor IN ({Numbers(predictors)}) AND key > $1 ORDER BY key LIMIT $2", 2);
        using var prediction = new SqliteStatement(connection, SelectPrediction, 1);
        using var row = keys.Read(Bytes(after), count);
        while (row.Read())
        {
            ct.ThrowIfCancellationRequested();
            if (Find(prediction, Id(row, 0)) is not { } one) continue;
            if (!budget.Takes(one.Bytes)) break;
            found.Add(one);
        }

        return found;
    }

    public async Task<int> DeleteRecordsAsync(Guid jobId, int count, CancellationToken ct)
    {
        NumberedJob? job;
        await using (var connection = await OpenAsync(ct)) job = FindJob(connection, jobId);
        if (job is null) return 0;
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await WriteAsync("UPDATE jobs SET deleted_at = coalesce(deleted_at, $2) WHERE number = $1", [[job.Number, now]], ct);
        int deleted = 0;
        foreach (string sql in (string[])[DeleteItems, DeleteErrors])
            while (deleted < count)
            {
                int wanted = Math.Min(Trim.RowsAtOnce, count - deleted);
                int gone = await WriteAsync(sql, [[job.Number, wanted]], ct);
                deleted += gone;
                if (gone < wanted) break;
            }

        if (deleted < count) await WriteAsync("DELETE FROM shard_receipts WHERE job = $1", [[job.Number]], ct);
        return deleted;
    }

    public async Task<TrimStep> TrimAsync(Trim trim, CancellationToken ct)
    {
        if (trim.Predictors.Count == 0) return new TrimStep(0, 0, null);
        var (examined, next, doomed) = await CollectAsync(trim, ct);
        if (trim.DryRun) return new TrimStep(examined, doomed.Count, next);
        long deleted = 0;
        foreach (var keys in doomed.Chunk(Trim.RowsAtOnce)) deleted += await WriteAsync(DeletePrediction, [.. keys.Select(k => new object?[] { Bytes(k) })], ct);
        return new TrimStep(examined, deleted, next);
    }

    // On a connection of its own: the temporary table is that connection's, and reading holds up no writer.
    private async Task<(long Examined, Guid? Next, List<Guid> Doomed)> CollectAsync(Trim trim, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        using (var estimate = new SqliteStatement(connection, EstimateItems, 0))
        {
            using var row = estimate.Read();
            row.Read();
            trim = trim.Over(row.GetInt64(0));
        }

        Execute("DROP TABLE IF EXISTS temp.trim_candidates");
        Execute("CREATE TEMP TABLE trim_candidates (key BLOB PRIMARY KEY) WITHOUT ROWID");
        using (var insert = new SqliteStatement(connection,
            $"INSERT INTO trim_candidates SELECT key FROM predictions WHERE predictor IN ({Numbers(trim.Predictors)}) AND created_at < $1 AND key > $2 ORDER BY key LIMIT $3", 3))
            insert.Run(trim.Before?.ToUnixTimeMilliseconds() ?? long.MaxValue, Bytes(trim.After), trim.Count);
        long examined = 0;
        var last = trim.After;
        using (var all = new SqliteStatement(connection, "SELECT key FROM trim_candidates ORDER BY key", 0))
        {
            using var row = all.Read();
            while (row.Read())
            {
                examined++;
                last = Id(row, 0);
            }
        }

        ct.ThrowIfCancellationRequested();
        Execute(KeepNamed);
        var doomed = new List<Guid>();
        using (var left = new SqliteStatement(connection, "SELECT key FROM trim_candidates ORDER BY key", 0))
        {
            using var row = left.Read();
            while (row.Read()) doomed.Add(Id(row, 0));
        }

        Execute("DROP TABLE temp.trim_candidates");
        return (examined, examined == trim.Count ? last : null, doomed);

        void Execute(string sql)
        {
            using var statement = new SqliteStatement(connection, sql, 0);
            statement.Run();
        }
    }

    /// <summary>Runs a statement for each row of values, in one transaction when it is the writers' turn to wait.</summary>
    private async Task<int> WriteAsync(string sql, IReadOnlyList<object?[]> rows, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            var writer = Writer();
            using var transaction = writer.Connection.BeginTransaction(deferred: false);
            using var statement = new SqliteStatement(writer.Connection, sql, rows[0].Length);
            statement.Use(transaction);
            int changed = 0;
            foreach (object?[] values in rows) changed += statement.Run(values);
            transaction.Commit();
            return changed;
        }
        finally
        {
            _writing.Release();
        }
    }

    private static string Numbers(IReadOnlyCollection<int> numbers) => string.Join(',', numbers.Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
