using BatchInfer.ServiceDefaults;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>Stores the chunks that wait at the same time in one transaction.</summary>
internal sealed class GroupCommit(IPredictionStore store, PersistMetrics metrics, TimeProvider time) : IAsyncDisposable
{
    /// <summary>One group is in the database while the rows of the next are sent to it.</summary>
    public const int Writers = 2;

    /// <summary>Chunks in one transaction at most: some thousand rows, by when a commit costs next to nothing a row.</summary>
    public const int MaxChunks = 8;

    // Never full: it holds what the consumers hold, and the endpoint's concurrency bounds those.
    private readonly GroupedCalls<PredictionsProduced, StoredChunk> _calls = new(
        (chunks, ct) => StoreAsync(store, metrics, time, chunks, ct), DatabaseMigrator.IsTransient, Writers, MaxChunks, PersistPredictionsDefinition.ConcurrentChunks * 2);

    /// <summary>Stores a chunk, perhaps with others. When this returns it is committed.</summary>
    public Task<StoredChunk> StoreAsync(PredictionsProduced chunk, CancellationToken ct) => _calls.CallAsync(chunk, ct);

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private static async Task<IReadOnlyList<StoredChunk>> StoreAsync(
        IPredictionStore store, PersistMetrics metrics, TimeProvider time, IReadOnlyList<PredictionsProduced> chunks, CancellationToken ct)
    {
        long started = time.GetTimestamp();
        var stored = await store.WriteAsync(chunks, ct);
        metrics.Persisted(chunks, stored, time.GetElapsedTime(started));
        return stored;
    }
}
