using BatchInfer.ServiceDefaults;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>Stores the chunks that wait at the same time in one transaction.</summary>
internal sealed partial class GroupCommit(
    IPredictionStore store, ResultsDatabase database, PersistMetrics metrics, TimeProvider time, ILogger<GroupCommit> logger) : IAsyncDisposable
{
    /// <summary>One group is in the database while the rows of the next are sent to it.</summary>
    public const int Writers = 2;

    /// <summary>Chunks in one transaction at most: some thousand rows, by when a commit costs next to nothing a row.</summary>
    public const int MaxChunks = 8;

    // Never full: it holds what the consumers hold, and the endpoint's concurrency bounds those.
    private readonly GroupedCalls<PredictionsProduced, StoredChunk> _calls = new(
        (chunks, ct) => StoreAsync(store, database, metrics, time, logger, chunks, ct), DatabaseMigrator.IsTransient, Writers, MaxChunks,
        PersistPredictionsDefinition.ConcurrentChunks * 2);

    /// <summary>Stores a chunk, perhaps with others. When this returns it is committed.</summary>
    public Task<StoredChunk> StoreAsync(PredictionsProduced chunk, CancellationToken ct) => _calls.CallAsync(chunk, ct);

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private static async Task<IReadOnlyList<StoredChunk>> StoreAsync(
        IPredictionStore store, ResultsDatabase database, PersistMetrics metrics, TimeProvider time, ILogger logger, IReadOnlyList<PredictionsProduced> chunks,
        CancellationToken ct)
    {
        long started = time.GetTimestamp();
        try
        {
            var stored = await store.WriteAsync(chunks, ct);
            metrics.Persisted(chunks, stored, time.GetElapsedTime(started));
            return stored;
        }
        catch (Exception e) when (DatabaseMigrator.IsTransient(e))
        {
            database.NoteRefusal(e);
            foreach (var job in chunks.CountBy(c => c.Shard.JobId)) LogNotYet(logger, job.Key, job.Value, e.Message);
            throw;
        }
        catch (Exception e) when (chunks.Count == 1 && e is not OperationCanceledException)
        {
            // One of several is found when each is stored by itself, and said then.
            LogNotStored(logger, chunks[0].Shard.JobId, chunks[0].Shard.Number, e.Message);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Predictions of {JobId}, {Chunks} chunks of them, could not be stored and are tried again: {Reason}")]
    private static partial void LogNotYet(ILogger logger, Guid jobId, int chunks, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Predictions of {JobId}/{Shard} cannot be stored; the shard is predicted again when its lease runs out: {Reason}")]
    private static partial void LogNotStored(ILogger logger, Guid jobId, int shard, string reason);
}
