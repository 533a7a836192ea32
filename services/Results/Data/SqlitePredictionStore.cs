using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>Writes chunks to SQLite. Reading is in the other part.</summary>
/// <remarks>SQLite has one writer at a time: a lock here makes writers wait in order, where SQLite would have them poll.</remarks>
internal sealed partial class SqlitePredictionStore(string connectionString, TimeProvider time) : IPredictionStore, IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SqliteWriter? _writer;

    public async Task<StoredChunk> WriteAsync(PredictionsProduced chunk, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            var writer = Writer();
            // Immediate: takes the write lock at once, so that nothing read below can change before it is written.
            using var transaction = writer.Connection.BeginTransaction(deferred: false);
            writer.Use(transaction);
            int predictions = WritePredictions(writer, chunk);
            var tally = new ShardTally(chunk);
            int inserted = 0;
            foreach (var item in chunk.Items)
            {
                ct.ThrowIfCancellationRequested();
                if (WriteItem(writer, chunk.Shard, item))
                {
                    inserted++;
                    tally.Add(item, failed: item.Key is null);
                }
                else if (Adopt(writer, chunk.Shard, item.Ordinal) is { } failed)
                {
                    tally.Add(item, failed);
                }
            }

            var stored = AddToReceipt(writer, chunk, tally);
            transaction.Commit();
            return stored with { Inserted = inserted, Predictions = predictions };
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task SaveModelsAsync(IReadOnlyList<ModelDescriptor> models, DateTimeOffset announcedAt, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            var writer = Writer();
            writer.Use(null);
            foreach (var model in models)
                writer.UpsertModel.Run(
                    model.Name, model.Revision, System.Text.Json.JsonSerializer.Serialize(model, ApiJson.Options), announcedAt.ToUnixTimeMilliseconds());
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync();
        _writer?.Dispose();
        _writer = null;
        _writing.Dispose();
    }

    private SqliteWriter Writer() => _writer ??= new SqliteWriter(connectionString);

    private int WritePredictions(SqliteWriter writer, PredictionsProduced chunk)
    {
        if (chunk.Predictions.Count == 0) return 0;
        long revision = Revision(writer, chunk);
        byte[] job = Bytes(chunk.Shard.JobId);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        int inserted = 0;
        foreach (var p in chunk.Predictions)
            inserted += writer.InsertPrediction.Run(
                Bytes(p.Key), revision, chunk.Task, StoredText.Encode(p.Input), StoredText.Encode(p.InputPair), p.Output, p.Embedding, p.Tokens, job, now);
        return inserted;
    }

    private static long Revision(SqliteWriter writer, PredictionsProduced chunk)
    {
        writer.InsertRevision.Run(chunk.Revision, chunk.Model);
        using var row = writer.SelectRevision.Read(chunk.Revision);
        row.Read();
        return row.GetInt64(0);
    }

    private static bool WriteItem(SqliteWriter writer, ShardId shard, RecordOutcome item)
    {
        byte[] job = Bytes(shard.JobId);
        string customId = StoredText.Encode(item.CustomId);
        if (writer.InsertItem.Run(job, item.Ordinal, customId, item.Key is { } key ? Bytes(key) : null, shard.Number) == 0) return false;
        if (item.Key is null)
        {
            var error = StoredError.Of(item);
            writer.InsertError.Run(job, item.Ordinal, customId, error.Code, StoredText.Encode(error.Message), error.Line);
        }

        return true;
    }

    /// <returns>Whether the record stands as failed; null when it is counted for this shard, or a later one, already.</returns>
    private static bool? Adopt(SqliteWriter writer, ShardId shard, long ordinal)
    {
        using var row = writer.AdoptItem.Read(Bytes(shard.JobId), ordinal, shard.Number);
        return row.Read() ? row.GetBoolean(0) : null;
    }

    private static StoredChunk AddToReceipt(SqliteWriter writer, PredictionsProduced chunk, ShardTally tally)
    {
        var counts = tally.Counts;
        using var row = writer.AddToReceipt.Read(
            Bytes(chunk.Shard.JobId), chunk.Shard.Number, tally.Received, counts.Computed, counts.Cached, counts.Duplicates,
            counts.Failed, counts.Tokens, counts.PaddedTokens);
        row.Read();
        var total = new OutcomeCounts(
            row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
        return new StoredChunk(0, 0, row.GetInt64(0) >= chunk.RecordCount, total);
    }

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);
}
