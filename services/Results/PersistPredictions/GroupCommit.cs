using System.Threading.Channels;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>
/// Stores what waits together: while some chunks are being committed others arrive, and those are the next group. A chunk that
/// arrives alone is stored at once, so nothing waits for company.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    // One group is in the database while the rows of the next are sent to it.
    public const int Writers = 2;

    /// <summary>Chunks in one transaction at most: some thousand rows, by when a commit costs next to nothing a row.</summary>
    public const int MaxChunks = 8;

    private readonly IPredictionStore _store;
    private readonly PersistMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task[] _writers;

    // Never full: it holds what the consumers hold, and the endpoint's concurrency bounds those.
    private readonly Channel<WaitingChunk> _waiting = Channel.CreateBounded<WaitingChunk>(PersistPredictionsDefinition.ConcurrentChunks * 2);

    public GroupCommit(IPredictionStore store, PersistMetrics metrics, TimeProvider time)
    {
        (_store, _metrics, _time) = (store, metrics, time);
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(WriteAsync))];
    }

    /// <summary>Stores a chunk, perhaps with others. When this returns it is committed.</summary>
    public async Task<StoredChunk> StoreAsync(PredictionsProduced chunk, CancellationToken ct)
    {
        var waiting = new WaitingChunk(chunk, ct);
        await _waiting.Writer.WriteAsync(waiting, ct);
        return await waiting.Stored;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopped.CancelAsync();
        await Task.WhenAll(_writers);
        _stopped.Dispose();
    }

    private async Task WriteAsync()
    {
        var group = new List<WaitingChunk>(MaxChunks);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < MaxChunks && _waiting.Reader.TryRead(out var next))
                if (!next.IsGivenUp) group.Add(next);
            if (group.Count > 0) await WriteAsync(group);
            group.Clear();
        }
    }

    private async Task WriteAsync(List<WaitingChunk> group)
    {
        long started = _time.GetTimestamp();
        try
        {
            var stored = await _store.WriteAsync(group.ConvertAll(w => w.Chunk), _stopped.Token);
            _metrics.Persisted(group, stored, _time.GetElapsedTime(started));
            for (int i = 0; i < group.Count; i++) group[i].Succeed(stored[i]);
        }
        catch (Exception e) when (group.Count == 1 || Faults.IsTransient(e) || e is OperationCanceledException)
        {
            foreach (var waiting in group) waiting.Fail(e);
        }
        catch (Exception)
        {
            // One of them cannot be stored. By themselves the others can, and that one gets its own exception.
            foreach (var waiting in group) await WriteAsync([waiting]);
        }
    }
}
