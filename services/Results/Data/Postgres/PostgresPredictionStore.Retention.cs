using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>Goes through the predictions, and deletes. Each statement is a transaction of its own and short, so that writers and readers go on.</summary>
internal sealed partial class PostgresPredictionStore
{
    private const string SelectPredictors = "SELECT id, model, revision, task, parameters, digest FROM results.predictors ORDER BY id";

    private const string MarkDeleted = "UPDATE results.jobs SET deleted_at = coalesce(deleted_at, $2) WHERE job_id = $1";

    private const string DeleteItems =
        """
        DELETE FROM results.job_items WHERE job = $1 AND ordinal IN (SELECT ordinal FROM results.job_items WHERE job = $1 AND ordinal > $3 ORDER BY ordinal LIMIT $2)
        RETURNING ordinal
        """;

    private const string DeleteErrors =
        """
        DELETE FROM results.item_errors WHERE job = $1 AND ordinal IN (SELECT ordinal FROM results.item_errors WHERE job = $1 AND ordinal > $3 ORDER BY ordinal LIMIT $2)
        RETURNING ordinal
        """;

    private const string DeleteReceipts = "DELETE FROM results.shard_receipts WHERE job = $1";

    private const string CreateCandidates = "CREATE TEMP TABLE IF NOT EXISTS trim_candidates (key uuid); TRUNCATE trim_candidates";

    // Joined once for a whole step: an index by key, which would answer at once, would cost every record its room and time.
    private const string KeepNamed = "ANALYZE trim_candidates; DELETE FROM trim_candidates AS c USING results.job_items AS i WHERE i.key = c.key";

    private const string EstimateItems =
        "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'results.job_items'::regclass";

    // One pass over the records of a large store takes minutes; whoever asked for the step waits for ten.
    private const int PassSeconds = 600;

    private static readonly string[] SelectByPredictor = PredictionPartitions.Statements(
        PredictionRow.Select("{0} WHERE predictor = ANY ($1) AND key > $2 ORDER BY key LIMIT $3", "$4"));

    private static readonly string[] InsertCandidates = PredictionPartitions.Statements(
        """
        INSERT INTO trim_candidates
        SELECT key FROM {0} WHERE predictor = ANY ($1) AND created_at < $2 AND key > $3 ORDER BY key LIMIT $4 RETURNING key
        """);

    public async Task<IReadOnlyList<Predictor>> ListPredictorsAsync(CancellationToken ct)
    {
        var predictors = new List<Predictor>();
        await using var select = _lookUps.CreateCommand(SelectPredictors);
        await using var row = await select.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            predictors.Add(new Predictor
            {
                Id = row.GetInt32(0), Model = row.GetString(1), Revision = row.GetString(2), Task = row.GetString(3), Parameters = row.GetString(4), Digest = row.GetGuid(5),
            });
        return predictors;
    }

    public async Task<IReadOnlyList<StoredPrediction>> ReadPredictionsAsync(IReadOnlyCollection<int> predictors, Guid after, int count, CancellationToken ct)
    {
        var rows = new List<PredictionRow>(count);
        for (int partition = PredictionPartitions.Of(after); partition < PredictionPartitions.Count && rows.Count < count; partition++)
        {
            await using var select = _lookUps.CreateCommand(SelectByPredictor[partition]);
            // No index leads from a predictor to its predictions: where they are rare, a page of them is a walk through the whole partition,
            // and in a large store that takes minutes. The caller's cancellation ends it, and nothing else.
            select.CommandTimeout = 0;
            select.Parameters.Add(new() { Value = predictors.ToArray() });
            select.Parameters.Add(new() { Value = after });
            select.Parameters.Add(new() { Value = count - rows.Count });
            select.Parameters.Add(new() { Value = IPredictionStore.BytesAtOnce / count });
            await using var row = await select.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct)) rows.Add(PredictionRow.Read(row));
        }

        var budget = new ByteBudget();
        int fitting = 0;
        while (fitting < rows.Count && budget.Takes(rows[fitting].Bytes)) fitting++;
        if (fitting == 0) return [];
        var read = await CompleteAsync(rows.GetRange(0, fitting), ct);
        // Nothing would mean that nothing follows.
        return read.Count > 0 ? read : await ReadPredictionsAsync(predictors, rows[fitting - 1].Key, count, ct);
    }

    public async Task<int> DeleteRecordsAsync(Guid jobId, int count, CancellationToken ct)
    {
        if (await _numbers.FindJobAsync(jobId, ct) is not { } job) return 0;
        await using (var mark = _writes.CreateCommand(MarkDeleted))
        {
            mark.Parameters.Add(new() { Value = jobId });
            mark.Parameters.Add(new() { Value = _time.GetUtcNow().UtcDateTime });
            await mark.ExecuteNonQueryAsync(ct);
        }

        int deleted = 0;
        foreach (string sql in (string[])[DeleteItems, DeleteErrors])
            // Each goes on behind the last: from the beginning it would walk over the index entries of all that are deleted.
            for (long last = -1; deleted < count;)
            {
                int wanted = Math.Min(Trim.RowsAtOnce, count - deleted), gone = 0;
                await using var delete = _writes.CreateCommand(sql);
                delete.Parameters.Add(new() { Value = job.Number });
                delete.Parameters.Add(new() { Value = wanted });
                delete.Parameters.Add(new() { Value = last });
                await using var row = await delete.ExecuteReaderAsync(ct);
                for (; await row.ReadAsync(ct); gone++) last = Math.Max(last, row.GetInt64(0));
                deleted += gone;
                if (gone < wanted) break;
            }

        if (deleted == count) return deleted;
        await using var receipts = _writes.CreateCommand(DeleteReceipts);
        receipts.Parameters.Add(new() { Value = job.Number });
        await receipts.ExecuteNonQueryAsync(ct);
        return deleted;
    }

    public async Task<TrimStep> TrimAsync(Trim trim, CancellationToken ct)
    {
        if (trim.Predictors.Count == 0) return new TrimStep(0, 0, null);
        await using var connection = await _writes.OpenConnectionAsync(ct);
        await using (var estimate = new NpgsqlCommand(EstimateItems, connection)) trim = trim.Over((long)(await estimate.ExecuteScalarAsync(ct))!);
        await ExecuteAsync(connection, CreateCandidates, ct);
        var (examined, next) = await CollectAsync(connection, trim, ct);
        await ExecuteAsync(connection, KeepNamed, ct);
        var doomed = new List<Guid>();
        await using (var select = new NpgsqlCommand("SELECT key FROM trim_candidates ORDER BY key", connection))
        await using (var row = await select.ExecuteReaderAsync(ct))
            while (await row.ReadAsync(ct)) doomed.Add(row.GetGuid(0));
        await ExecuteAsync(connection, "TRUNCATE trim_candidates", ct);
        if (trim.DryRun) return new TrimStep(examined, doomed.Count, next);
        long deleted = 0;
        foreach (var batch in doomed.GroupBy(PredictionPartitions.Of).SelectMany(p => p.Chunk(Trim.RowsAtOnce).Select(keys => (Partition: p.Key, Keys: keys))))
        {
            // The table is one of ours, by number.
#pragma warning disable CA2100
            await using var delete = new NpgsqlCommand($"DELETE FROM {PredictionPartitions.Table(batch.Partition)} WHERE key = ANY ($1)", connection)
#pragma warning restore CA2100
            {
                Parameters = { new() { Value = batch.Keys } },
            };
            deleted += await delete.ExecuteNonQueryAsync(ct);
        }

        return new TrimStep(examined, deleted, next);
    }

    private static async Task<(long Examined, Guid? Next)> CollectAsync(NpgsqlConnection connection, Trim trim, CancellationToken ct)
    {
        int examined = 0;
        var last = trim.After;
        for (int partition = PredictionPartitions.Of(trim.After); partition < PredictionPartitions.Count; partition++)
        {
            // One of the constants above.
#pragma warning disable CA2100
            await using var insert = new NpgsqlCommand(InsertCandidates[partition], connection)
#pragma warning restore CA2100
            {
                Parameters =
                {
                    new() { Value = trim.Predictors.ToArray() },
                    new() { Value = trim.Before?.UtcDateTime ?? DateTime.MaxValue.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    new() { Value = trim.After },
                    new() { Value = trim.Count - examined },
                },
                CommandTimeout = PassSeconds,
            };
            await using var row = await insert.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
            {
                examined++;
                var key = row.GetGuid(0);
                if (string.CompareOrdinal(key.ToString("N", CultureInfo.InvariantCulture), last.ToString("N", CultureInfo.InvariantCulture)) > 0) last = key;
            }

            if (examined == trim.Count) return (examined, last);
        }

        return (examined, null);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        // Every caller passes a constant.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = PassSeconds };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
