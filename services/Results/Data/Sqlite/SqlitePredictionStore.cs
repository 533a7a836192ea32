using BatchInfer.Contracts;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>The results on SQLite. This part writes; reading is in the other.</summary>
/// <remarks>SQLite has one writer at a time: a lock here makes writers wait in order, where SQLite would have them poll.</remarks>
internal sealed partial class SqlitePredictionStore(string connectionString, TimeProvider time) : IPredictionStore, IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SqliteWriter? _writer;
    private bool _disposed;

    public async Task<IReadOnlyList<StoredChunk>> WriteAsync(IReadOnlyList<PredictionsProduced> chunks, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            var writer = Writer();
            // Immediate: takes the write lock at once, so that nothing read below can change before it is written.
            using var transaction = writer.Connection.BeginTransaction(deferred: false);
            writer.Use(transaction);
            var stored = new StoredChunk[chunks.Count];
            for (int i = 0; i < stored.Length; i++) stored[i] = Write(writer, chunks[i], ct);
            transaction.Commit();
            return stored;
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
        _disposed = true;
        // The lock itself stays: whoever waits for a disposed one waits forever, and the bus waits for its consumers.
        _writing.Release();
    }

    private SqliteWriter Writer()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _writer ??= new SqliteWriter(connectionString);
    }

    private StoredChunk Write(SqliteWriter writer, PredictionsProduced chunk, CancellationToken ct)
    {
        var job = NumberOf(writer, chunk);
        int predictions = WritePredictions(writer, chunk, job);
        var tally = new ShardTally(chunk);
        int inserted = 0;
        foreach (var item in chunk.Items)
        {
            ct.ThrowIfCancellationRequested();
            if (WriteItem(writer, job, chunk.Shard.Number, item))
            {
                inserted++;
                tally.Add(item, failed: item.Key is null);
            }
            else if (Adopt(writer, job, chunk.Shard.Number, item.Ordinal) is { } failed)
            {
                tally.Add(item, failed);
            }
        }

        var (complete, counts) = AddToReceipt(writer, job, chunk, tally);
        return new StoredChunk(inserted, predictions, complete, counts);
    }

    private static NumberedJob NumberOf(SqliteWriter writer, PredictionsProduced chunk)
    {
        writer.InsertJob.Run(Bytes(chunk.Shard.JobId), NumberedJob.OffsetOf(chunk.Items));
        using var row = writer.SelectJob.Read(Bytes(chunk.Shard.JobId));
        row.Read();
        return Job(row, chunk.Shard.JobId);
    }

    private int WritePredictions(SqliteWriter writer, PredictionsProduced chunk, NumberedJob job)
    {
        if (chunk.Predictions.Count == 0) return 0;
        long predictor = PredictorOf(writer, chunk);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        int inserted = 0;
        foreach (var p in chunk.Predictions)
            inserted += writer.InsertPrediction.Run(
                Bytes(p.Key), now, predictor, job.Number, p.Tokens, p.TokensCut == 0 ? null : p.TokensCut, StoredText.Encode(p.Input), StoredText.Encode(p.InputPair), p.Output, p.Embedding);
        return inserted;
    }

    private static long PredictorOf(SqliteWriter writer, PredictionsProduced chunk)
    {
        string parameters = chunk.Parameters ?? "";
        byte[] digest = Bytes(Predictor.DigestOf(chunk.Revision, chunk.Task, parameters));
        writer.InsertPredictor.Run(chunk.Model, chunk.Revision, chunk.Task, parameters, digest);
        using var row = writer.SelectPredictor.Read(digest);
        row.Read();
        return row.GetInt64(0);
    }

    private static bool WriteItem(SqliteWriter writer, NumberedJob job, int shard, RecordOutcome item)
    {
        if (writer.InsertItem.Run(job.Number, shard, item.Ordinal, item.Key is { } key ? Bytes(key) : null, job.Shorten(item.CustomId, item.Ordinal)) == 0)
            return false;
        if (item.Key is null)
        {
            var error = StoredError.Of(item);
            writer.InsertError.Run(job.Number, item.Ordinal, StoredText.Encode(item.CustomId), error.Code, StoredText.Encode(error.Message), error.Line);
        }

        return true;
    }

    /// <returns>Whether the record stands as failed; null when it is counted for this shard, or a later one, already.</returns>
    private static bool? Adopt(SqliteWriter writer, NumberedJob job, int shard, long ordinal)
    {
        using var row = writer.AdoptItem.Read(job.Number, ordinal, shard);
        return row.Read() ? row.GetBoolean(0) : null;
    }

    private static (bool Complete, OutcomeCounts Counts) AddToReceipt(SqliteWriter writer, NumberedJob job, PredictionsProduced chunk, ShardTally tally)
    {
        var counts = tally.Counts;
        using var row = writer.AddToReceipt.Read(
            job.Number, chunk.Shard.Number, tally.Received, counts.Computed, counts.Cached, counts.Duplicates,
            counts.Failed, counts.Tokens, counts.PaddedTokens);
        row.Read();
        var total = new OutcomeCounts(
            row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
        return (row.GetInt64(0) >= chunk.RecordCount, total);
    }

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);
}
