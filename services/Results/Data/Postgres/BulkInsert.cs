using System.Data;
using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>
/// Stores new rows by COPY straight into the tables: as fast as the server takes rows, and all or nothing. A row that is there
/// already is a unique violation, and then <see cref="MergeInsert"/> sorts it out.
/// </summary>
internal static class BulkInsert
{
    private const string CopyPredictions =
        """
        COPY results.predictions (key, created_at, predictor, job, tokens, tokens_cut, input, input_pair, output, embedding)
        FROM STDIN (FORMAT BINARY)
        """;

    private const string CopyItems = "COPY results.job_items (job, shard, ordinal, key, custom_id) FROM STDIN (FORMAT BINARY)";

    private const string CopyErrors = "COPY results.item_errors (job, ordinal, custom_id, code, message, line) FROM STDIN (FORMAT BINARY)";

    /// <summary>Stores a group in one transaction.</summary>
    /// <exception cref="PostgresException">A unique violation: something is stored already. Nothing of the group is.</exception>
    public static async Task<StoredChunk[]> RunAsync(NpgsqlDataSource source, ChunkGroup group, DateTime now, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        if (group.Predictions.Length > 0) await CopyPredictionsAsync(connection, group.Predictions, now, ct);
        if (group.Items.Length > 0) await CopyItemsAsync(connection, group.Items, ct);
        if (Array.Exists(group.Items, i => i.Row.Key is null)) await CopyErrorsAsync(connection, group.Items, ct);
        foreach (var (write, item) in group.Items)
        {
            write.Inserted++;
            write.Tally.Add(item, failed: item.Key is null);
        }

        var stored = await ShardReceipts.AddAsync(connection, group.Writes, ct);
        await transaction.CommitAsync(ct);
        return stored;
    }

    private static async Task CopyPredictionsAsync(NpgsqlConnection connection, GroupRow<NewPrediction>[] rows, DateTime now, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyPredictions, ct);
        var last = Guid.Empty;
        for (int i = 0; i < rows.Length; i++)
        {
            var (write, p) = rows[i];
            // Two chunks may have predicted one input. By the key both are equal.
            if (i > 0 && p.Key == last) continue;
            last = p.Key;
            write.Predictions++;
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(p.Key, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(write.Chunk.Predictor, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(write.Chunk.Job.Number, NpgsqlDbType.Integer, ct);
            await copy.WritePredictionAsync(p, ct);
        }

        await copy.CompleteAsync(ct);
    }

    private static async Task CopyItemsAsync(NpgsqlConnection connection, GroupRow<RecordOutcome>[] rows, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyItems, ct);
        foreach (var (write, item) in rows)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(write.Chunk.Job.Number, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(write.Chunk.Chunk.Shard.Number, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(item.Ordinal, NpgsqlDbType.Bigint, ct);
            if (item.Key is { } key) await copy.WriteAsync(key, NpgsqlDbType.Uuid, ct);
            else await copy.WriteNullAsync(ct);
            await copy.WriteOrNullAsync(write.Chunk.Job.Shorten(item.CustomId, item.Ordinal), NpgsqlDbType.Text, ct);
        }

        await copy.CompleteAsync(ct);
    }

    private static async Task CopyErrorsAsync(NpgsqlConnection connection, GroupRow<RecordOutcome>[] rows, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyErrors, ct);
        foreach (var (write, item) in rows)
        {
            if (item.Key is not null) continue;
            var error = StoredError.Of(item);
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(write.Chunk.Job.Number, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(item.Ordinal, NpgsqlDbType.Bigint, ct);
            await copy.WriteAsync(StoredText.Encode(item.CustomId), NpgsqlDbType.Text, ct);
            await copy.WriteAsync(error.Code, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(StoredText.Encode(error.Message), NpgsqlDbType.Text, ct);
            await copy.WriteAsync(error.Line, NpgsqlDbType.Bigint, ct);
        }

        await copy.CompleteAsync(ct);
    }
}
