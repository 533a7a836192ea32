using System.Data;
using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>
/// Stores a chunk of which something is stored already: delivered again, cut differently by another worker, or predicted by
/// another job at the same time.
/// </summary>
internal static class MergeInsert
{
    private const string CreateStaging =
        """
        CREATE TEMP TABLE IF NOT EXISTS staged_predictions
            (key uuid, tokens integer, tokens_cut integer, input text, input_pair text, output json, embedding real[]) ON COMMIT DELETE ROWS
        """;

    private const string CopyStaging =
        "COPY staged_predictions (key, tokens, tokens_cut, input, input_pair, output, embedding) FROM STDIN (FORMAT BINARY)";

    private const string InsertPredictions =
        """
        INSERT INTO results.predictions (key, created_at, predictor, job, tokens, tokens_cut, input, input_pair, output, embedding)
        SELECT key, $3, $1, $2, tokens, tokens_cut, input, input_pair, output, embedding FROM staged_predictions ORDER BY key
        ON CONFLICT DO NOTHING
        """;

    private const string InsertItems =
        """
        WITH inserted AS (
            INSERT INTO results.job_items (job, shard, ordinal, key, custom_id)
            SELECT $1, $2, i.ordinal, i.key, i.custom_id
            FROM unnest($3::bigint[], $4::text[], $5::uuid[]) AS i (ordinal, custom_id, key) ORDER BY i.ordinal
            ON CONFLICT DO NOTHING RETURNING ordinal)
        SELECT coalesce(array_agg(ordinal), '{}') FROM inserted
        """;

    // A split gives its halves higher numbers. They take over what the whole had stored; never the other way round, so that a
    // record counts at most once for each shard.
    private const string AdoptItems =
        """
        WITH mine AS (
            SELECT ordinal FROM results.job_items
            WHERE job = $1 AND ordinal = ANY ($3) AND shard < $2 ORDER BY ordinal FOR UPDATE)
        UPDATE results.job_items AS i SET shard = $2 FROM mine
        WHERE i.job = $1 AND i.ordinal = mine.ordinal RETURNING i.ordinal, i.key IS NULL
        """;

    private const string InsertErrors =
        """
        INSERT INTO results.item_errors (job, ordinal, custom_id, code, message, line)
        SELECT $1, e.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[]) AS e ON CONFLICT DO NOTHING
        """;

    /// <summary>Stores a chunk in one transaction.</summary>
    public static async Task<StoredChunk> RunAsync(NpgsqlDataSource source, NumberedChunk chunk, DateTime now, CancellationToken ct)
    {
        var write = new ChunkWrite(chunk);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        if (chunk.Chunk.Predictions.Count > 0) write.Predictions = await WritePredictionsAsync(connection, chunk, now, ct);
        if (chunk.Chunk.Items.Count > 0) await WriteItemsAsync(connection, write, ct);
        var stored = await ShardReceipts.AddAsync(connection, [write], ct);
        await transaction.CommitAsync(ct);
        return stored[0];
    }

    private static async Task<int> WritePredictionsAsync(NpgsqlConnection connection, NumberedChunk chunk, DateTime now, CancellationToken ct)
    {
        await using (var create = new NpgsqlCommand(CreateStaging, connection)) await create.ExecuteNonQueryAsync(ct);
        await using (var copy = await connection.BeginBinaryImportAsync(CopyStaging, ct))
        {
            foreach (var p in chunk.Chunk.Predictions)
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(p.Key, NpgsqlDbType.Uuid, ct);
                await copy.WritePredictionAsync(p, ct);
            }

            await copy.CompleteAsync(ct);
        }

        await using var insert = new NpgsqlCommand(InsertPredictions, connection)
        {
            Parameters = { new() { Value = chunk.Predictor }, new() { Value = chunk.Job.Number }, new() { Value = now } },
        };
        return await insert.ExecuteNonQueryAsync(ct);
    }

    private static async Task WriteItemsAsync(NpgsqlConnection connection, ChunkWrite write, CancellationToken ct)
    {
        var (chunk, items) = (write.Chunk, write.Chunk.Chunk.Items);
        var inserted = await InsertItemsAsync(connection, chunk, ct);
        write.Inserted = inserted.Count;
        var stands = new Dictionary<long, bool>(); // ordinals that count now, and whether they stand as failed
        long[] others = [.. items.Select(i => i.Ordinal).Where(o => !inserted.Contains(o))];
        if (others.Length > 0) await AdoptAsync(connection, chunk, others, stands, ct);
        var failed = new List<RecordOutcome>();
        foreach (var item in items)
        {
            if (inserted.Remove(item.Ordinal))
            {
                write.Tally.Add(item, failed: item.Key is null);
                // A record that another chunk stored with a prediction gets no error row: it does not come here.
                if (item.Key is null) failed.Add(item);
            }
            else if (stands.Remove(item.Ordinal, out bool asFailed))
            {
                write.Tally.Add(item, asFailed);
            }
        }

        if (failed.Count > 0) await InsertErrorsAsync(connection, chunk, failed, ct);
    }

    private static async Task<HashSet<long>> InsertItemsAsync(NpgsqlConnection connection, NumberedChunk chunk, CancellationToken ct)
    {
        var items = chunk.Chunk.Items;
        var ordinals = new long[items.Count];
        var customIds = new string?[items.Count];
        var keys = new Guid?[items.Count];
        for (int i = 0; i < items.Count; i++)
            (ordinals[i], customIds[i], keys[i]) = (items[i].Ordinal, chunk.Job.Shorten(items[i].CustomId, items[i].Ordinal), items[i].Key);
        await using var insert = new NpgsqlCommand(InsertItems, connection)
        {
            Parameters =
            {
                new() { Value = chunk.Job.Number }, new() { Value = chunk.Chunk.Shard.Number },
                new() { Value = ordinals }, new() { Value = customIds }, new() { Value = keys },
            },
        };
        return [.. (long[])(await insert.ExecuteScalarAsync(ct))!];
    }

    private static async Task AdoptAsync(
        NpgsqlConnection connection, NumberedChunk chunk, long[] ordinals, Dictionary<long, bool> stands, CancellationToken ct)
    {
        await using var adopt = new NpgsqlCommand(AdoptItems, connection)
        {
            Parameters = { new() { Value = chunk.Job.Number }, new() { Value = chunk.Chunk.Shard.Number }, new() { Value = ordinals } },
        };
        await using var rows = await adopt.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct)) stands[rows.GetInt64(0)] = rows.GetBoolean(1);
    }

    private static async Task InsertErrorsAsync(NpgsqlConnection connection, NumberedChunk chunk, List<RecordOutcome> failed, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand(InsertErrors, connection)
        {
            Parameters =
            {
                new() { Value = chunk.Job.Number },
                new() { Value = failed.ConvertAll(i => i.Ordinal) },
                new() { Value = failed.ConvertAll(i => StoredText.Encode(i.CustomId)) },
                new() { Value = failed.ConvertAll(i => StoredError.Of(i).Code) },
                new() { Value = failed.ConvertAll(i => StoredText.Encode(StoredError.Of(i).Message)) },
                new() { Value = failed.ConvertAll(i => StoredError.Of(i).Line) },
            },
        };
        await insert.ExecuteNonQueryAsync(ct);
    }
}
