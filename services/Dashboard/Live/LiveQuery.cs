using BatchInfer.ServiceDefaults;

namespace BatchInfer.Dashboard.Live;

/// <summary>One question that is asked again and again while somebody watches, however many they are.</summary>
internal sealed class LiveQuery<T>(Func<CancellationToken, Task<T>> read, TimeSpan every, TimeProvider time) : IDisposable
{
    // The page must never be the server's main work: a question that takes long is asked less often.
    private const int ShareOfTime = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Lock _lock = new();
    private readonly List<Watcher<T>> _watchers = [];
    private readonly CancellationTokenSource _stop = new();
    private bool _running;
    private Answer<T>? _last;

    public void Add(Watcher<T> watcher)
    {
        lock (_lock)
        {
            _watchers.Add(watcher);
            if (_last is not null) watcher.Offer(_last);
            if (_running) return;
            _running = true;
            // It asks for all, on behalf of nobody's click.
            var ct = _stop.Token;
            _ = Detached.Run(() => RunAsync(ct));
        }
    }

    /// <returns>Whether nobody watches any more.</returns>
    public bool Remove(Watcher<T> watcher)
    {
        lock (_lock)
        {
            _watchers.Remove(watcher);
            return _watchers.Count == 0;
        }
    }

    /// <summary>Asks no more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                long started = time.GetTimestamp();
                var answer = await AskAsync(ct);
                lock (_lock)
                {
                    if (ct.IsCancellationRequested) return;
                    _last = answer;
                    foreach (var watcher in _watchers) watcher.Offer(answer);
                }

                var wait = ShareOfTime * time.GetElapsedTime(started);
                await Task.Delay(wait > every ? wait : every, time, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The last watcher left.
        }
    }

    private async Task<Answer<T>> AskAsync(CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        try
        {
            return new Answer<T>(await read(timeout.Token), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return new Answer<T>(default, Sentence.Of(e));
        }
    }
}
