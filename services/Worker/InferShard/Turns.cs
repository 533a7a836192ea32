namespace BatchInfer.Worker;

/// <summary>
/// Who runs beside whom: shards run side by side, but a suspected one runs while nothing else does, so that if the process dies
/// it is known of what.
/// </summary>
internal sealed class Turns : IDisposable
{
    /// <summary>Everyone passes it; who runs alone keeps it shut behind him.</summary>
    private readonly SemaphoreSlim _door = new(1, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _empty;
    private int _inside;

    /// <summary>Waits for the turn, which ends when it is disposed.</summary>
    public async Task<IDisposable> EnterAsync(bool alone, CancellationToken ct)
    {
        await _door.WaitAsync(ct);
        if (!alone)
        {
            lock (_lock) _inside++;
            _door.Release();
            return new Turn(Leave);
        }

        try
        {
            await EmptyAsync().WaitAsync(ct);
            return new Turn(() => _door.Release());
        }
        catch
        {
            _door.Release();
            throw;
        }
    }

    public void Dispose() => _door.Dispose();

    private Task EmptyAsync()
    {
        lock (_lock)
        {
            if (_inside == 0) return Task.CompletedTask;
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_inside == 0) _empty?.TrySetResult();
        }
    }

    private sealed class Turn(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
