using Microsoft.Extensions.Options;

namespace BatchInfer.Dashboard.Live;

/// <summary>
/// Keeps pages up to date: asks the server once for all browsers that show the same, and pushes the answer to each over the
/// connection that it holds open.
/// </summary>
internal sealed partial class LiveQueries(TimeProvider time, IOptions<DashboardOptions> options, ILogger<LiveQueries> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, object> _queries = new(StringComparer.Ordinal);

    /// <summary>Asks until the returned handle is disposed.</summary>
    /// <param name="key">Names the question: equal keys are asked once.</param>
    /// <param name="read">Asks.</param>
    /// <param name="show">Takes each answer.</param>
    public IDisposable Watch<T>(string key, Func<CancellationToken, Task<T>> read, Func<Answer<T>, Task> show)
    {
        var watcher = new Watcher<T>(show, e => LogNotShown(e, key));
        lock (_lock)
        {
            if (!_queries.TryGetValue(key, out object? known)) _queries[key] = known = new LiveQuery<T>(read, options.Value.Refresh, time);
            var query = (LiveQuery<T>)known;
            query.Add(watcher);
            return new Handle(() =>
            {
                lock (_lock)
                {
                    if (!query.Remove(watcher)) return;
                    _queries.Remove(key);
                    query.Dispose();
                }
            });
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An answer to {Question} could not be shown")]
    private partial void LogNotShown(Exception exception, string question);

    private sealed class Handle(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
