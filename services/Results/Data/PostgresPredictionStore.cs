using System.Collections.Concurrent;
using System.Data;
using System.Runtime.InteropServices;
using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data;

/// <summary>Writes chunks to PostgreSQL. Reading is in the other part.</summary>
/// <remarks>
/// Two writers never wait for each other in a circle: every transaction takes its rows in the order predictions (by key), items
/// (by ordinal), receipt.
/// </remarks>
internal sealed partial class PostgresPredictionStore : IPredictionStore, IAsyncDisposable
{
    private const string CreateStaging =
        """
        CREATE TEMP TABLE IF NOT EXISTS staged_predictions
            (key uuid, input text, input_pair text, output jsonb, embedding real[], tokens integer) ON COMMIT DELETE ROWS
        """;

    private const string CopyPredictions =
        "COPY staged_predictions (key, input, input_pair, output, embedding, tokens) FROM STDIN (FORMAT BINARY)";

    private const string InsertPredictions =
        """
        INSERT INTO results.predictions (key, revision_id, task, input, input_pair, output, embedding, tokens, job_id, created_at)
        SELECT key, $1, $2, input, input_pair, output, embedding, tokens, $3, $4 FROM staged_predictions ORDER BY key
        ON CONFLICT DO NOTHING
        """;

    // One statement with arrays: for narrow rows it beats COPY into a staging table, which costs two more round trips.
    private const string InsertItems =
        """
        WITH inserted AS (
            INSERT INTO results.job_items (job_id, ordinal, custom_id, key, shard)
            SELECT $1, i.ordinal, i.custom_id, i.key, $2
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
            WHERE job_id = $1 AND ordinal = ANY ($3) AND shard < $2 ORDER BY ordinal FOR UPDATE)
        UPDATE results.job_items AS i SET shard = $2 FROM mine
        WHERE i.job_id = $1 AND i.ordinal = mine.ordinal RETURNING i.ordinal, i.key IS NULL
        """;

    private const string InsertErrors =
        """
        INSERT INTO results.item_errors (job_id, ordinal, custom_id, code, message, line)
        SELECT $1, e.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[]) AS e ON CONFLICT DO NOTHING
        """;

    private const string AddToReceipt =
        """
        INSERT INTO results.shard_receipts AS r
            (job_id, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (job_id, shard) DO UPDATE SET
            received = r.received + excluded.received, computed = r.computed + excluded.computed,
            cached = r.cached + excluded.cached, duplicates = r.duplicates + excluded.duplicates,
            failed = r.failed + excluded.failed, tokens = r.tokens + excluded.tokens,
            padded_tokens = r.padded_tokens + excluded.padded_tokens
        RETURNING received, computed, cached, duplicates, failed, tokens, padded_tokens
        """;

    private const string InsertRevision = "INSERT INTO results.revisions (revision, model) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    private const string SelectRevision = "SELECT id FROM results.revisions WHERE revision = $1";

    private const string PlanEachTime = "SET plan_cache_mode = force_custom_plan";

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, int> _revisions = new(StringComparer.Ordinal);

    public PostgresPredictionStore(string connectionString, TimeProvider time)
    {
        _time = time;
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        // The staging table stays with its connection, and statements are prepared once they recur.
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.ConnectionStringBuilder.MaxAutoPrepare = 32;
        builder.ConnectionStringBuilder.AutoPrepareMinUsages = 2;
        builder.ConnectionStringBuilder.ApplicationName = "batchinfer-results";
        // A plan made and kept while the tables were empty would scan them whole when they are not.
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var set = new NpgsqlCommand(PlanEachTime, connection);
                set.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var set = new NpgsqlCommand(PlanEachTime, connection);
                await set.ExecuteNonQueryAsync();
            });
        _source = builder.Build();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public async Task<StoredChunk> WriteAsync(PredictionsProduced chunk, CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct);
        int revision = chunk.Predictions.Count == 0 ? 0 : await RevisionAsync(connection, chunk, ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        int predictions = chunk.Predictions.Count == 0 ? 0 : await WritePredictionsAsync(connection, chunk, revision, ct);
        var tally = new ShardTally(chunk);
        int inserted = await WriteItemsAsync(connection, chunk, tally, ct);
        var stored = await AddToReceiptAsync(connection, chunk, tally, ct);
        await transaction.CommitAsync(ct);
        return stored with { Inserted = inserted, Predictions = predictions };
    }

    private async Task<int> RevisionAsync(NpgsqlConnection connection, PredictionsProduced chunk, CancellationToken ct)
    {
        if (_revisions.TryGetValue(chunk.Revision, out int known)) return known;
        await using (var insert = new NpgsqlCommand(InsertRevision, connection) { Parameters = { new() { Value = chunk.Revision }, new() { Value = chunk.Model } } })
            await insert.ExecuteNonQueryAsync(ct);
        await using var select = new NpgsqlCommand(SelectRevision, connection) { Parameters = { new() { Value = chunk.Revision } } };
        return _revisions[chunk.Revision] = (int)(await select.ExecuteScalarAsync(ct))!;
    }

    private async Task<int> WritePredictionsAsync(NpgsqlConnection connection, PredictionsProduced chunk, int revision, CancellationToken ct)
    {
        await using (var create = new NpgsqlCommand(CreateStaging, connection)) await create.ExecuteNonQueryAsync(ct);
        await using (var copy = await connection.BeginBinaryImportAsync(CopyPredictions, ct))
        {
            foreach (var p in chunk.Predictions)
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(p.Key, NpgsqlDbType.Uuid, ct);
                await copy.WriteAsync(StoredText.Encode(p.Input), NpgsqlDbType.Text, ct);
                await WriteOrNullAsync(copy, StoredText.Encode(p.InputPair), NpgsqlDbType.Text, ct);
                await WriteOrNullAsync(copy, p.Output, NpgsqlDbType.Jsonb, ct);
                await WriteOrNullAsync(copy, Floats(p.Embedding), NpgsqlDbType.Array | NpgsqlDbType.Real, ct);
                await copy.WriteAsync(p.Tokens, NpgsqlDbType.Integer, ct);
            }

            await copy.CompleteAsync(ct);
        }

        await using var insert = new NpgsqlCommand(InsertPredictions, connection)
        {
            Parameters =
            {
                new() { Value = revision }, new() { Value = chunk.Task }, new() { Value = chunk.Shard.JobId },
                new() { Value = _time.GetUtcNow().UtcDateTime },
            },
        };
        return await insert.ExecuteNonQueryAsync(ct);
    }

    private static Task WriteOrNullAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken ct)
        where T : class =>
        value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, type, ct);

    private static float[]? Floats(byte[]? bytes) => bytes is null ? null : MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private static async Task<int> WriteItemsAsync(
        NpgsqlConnection connection, PredictionsProduced chunk, ShardTally tally, CancellationToken ct)
    {
        var items = chunk.Items;
        if (items.Count == 0) return 0;
        var ordinals = new long[items.Count];
        var customIds = new string[items.Count];
        var keys = new Guid?[items.Count];
        for (int i = 0; i < items.Count; i++)
            (ordinals[i], customIds[i], keys[i]) = (items[i].Ordinal, StoredText.Encode(items[i].CustomId), items[i].Key);

        long[] inserted;
        await using (var insert = new NpgsqlCommand(InsertItems, connection)
        {
            Parameters =
            {
                new() { Value = chunk.Shard.JobId }, new() { Value = chunk.Shard.Number },
                new() { Value = ordinals }, new() { Value = customIds }, new() { Value = keys },
            },
        })
            inserted = (long[])(await insert.ExecuteScalarAsync(ct))!;

        var stands = new Dictionary<long, bool>(); // ordinals that count now, and whether they stand as failed
        if (inserted.Length == items.Count)
        {
            foreach (var item in items) tally.Add(item, failed: item.Key is null);
        }
        else
        {
            var first = new HashSet<long>(inserted);
            await AdoptAsync(connection, chunk.Shard, ordinals, first, stands, ct);
            foreach (var item in items)
            {
                if (first.Remove(item.Ordinal)) tally.Add(item, failed: item.Key is null);
                else if (stands.Remove(item.Ordinal, out bool failed)) tally.Add(item, failed);
            }
        }

        await WriteErrorsAsync(connection, chunk, inserted, ct);
        return inserted.Length;
    }

    private static async Task AdoptAsync(
        NpgsqlConnection connection, ShardId shard, long[] ordinals, HashSet<long> inserted, Dictionary<long, bool> stands, CancellationToken ct)
    {
        long[] others = Array.FindAll(ordinals, o => !inserted.Contains(o));
        await using var adopt = new NpgsqlCommand(AdoptItems, connection)
        {
            Parameters = { new() { Value = shard.JobId }, new() { Value = shard.Number }, new() { Value = others } },
        };
        await using var rows = await adopt.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct)) stands[rows.GetInt64(0)] = rows.GetBoolean(1);
    }

    private static async Task WriteErrorsAsync(NpgsqlConnection connection, PredictionsProduced chunk, long[] inserted, CancellationToken ct)
    {
        var failed = chunk.Items.Where(i => i.Key is null).ToList();
        if (failed.Count == 0) return;
        // A record that another chunk stored with a prediction has no error row.
        var stored = new HashSet<long>(inserted);
        failed.RemoveAll(i => !stored.Contains(i.Ordinal));
        await using var insert = new NpgsqlCommand(InsertErrors, connection)
        {
            Parameters =
            {
                new() { Value = chunk.Shard.JobId },
                new() { Value = failed.ConvertAll(i => i.Ordinal) },
                new() { Value = failed.ConvertAll(i => StoredText.Encode(i.CustomId)) },
                new() { Value = failed.ConvertAll(i => StoredError.Of(i).Code) },
                new() { Value = failed.ConvertAll(i => StoredText.Encode(StoredError.Of(i).Message)) },
                new() { Value = failed.ConvertAll(i => StoredError.Of(i).Line) },
            },
        };
        await insert.ExecuteNonQueryAsync(ct);
    }

    private static async Task<StoredChunk> AddToReceiptAsync(
        NpgsqlConnection connection, PredictionsProduced chunk, ShardTally tally, CancellationToken ct)
    {
        var counts = tally.Counts;
        await using var add = new NpgsqlCommand(AddToReceipt, connection)
        {
            Parameters =
            {
                new() { Value = chunk.Shard.JobId }, new() { Value = chunk.Shard.Number }, new() { Value = (long)tally.Received },
                new() { Value = counts.Computed }, new() { Value = counts.Cached }, new() { Value = counts.Duplicates },
                new() { Value = counts.Failed }, new() { Value = counts.Tokens }, new() { Value = counts.PaddedTokens },
            },
        };
        await using var row = await add.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        var total = new OutcomeCounts(
            row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
        return new StoredChunk(0, 0, row.GetInt64(0) >= chunk.RecordCount, total);
    }
}
