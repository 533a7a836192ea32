using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.PersistPredictions;

/// <summary>A chunk that waits to be stored, and the consumer that waits for it.</summary>
internal sealed class WaitingChunk(PredictionsProduced chunk, CancellationToken ct)
{
    private readonly TaskCompletionSource<StoredChunk> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PredictionsProduced Chunk { get; } = chunk;

    /// <summary>Ends when it is committed; fails when it is not.</summary>
    public Task<StoredChunk> Stored => _stored.Task.WaitAsync(ct);

    /// <summary>Nobody waits any more: the message went back to its queue.</summary>
    public bool IsGivenUp => ct.IsCancellationRequested;

    public void Succeed(StoredChunk stored) => _stored.TrySetResult(stored);

    public void Fail(Exception exception) => _stored.TrySetException(exception);
}
