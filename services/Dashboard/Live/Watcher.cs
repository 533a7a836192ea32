namespace BatchInfer.Dashboard.Live;

/// <summary>
/// Hands answers to one page, the latest only: while a slow browser takes one, those that come meanwhile replace each other, so
/// that nothing piles up for it.
/// </summary>
internal sealed class Watcher<T>(Func<Answer<T>, Task> show)
{
    private Answer<T>? _next;
    private int _showing;

    public void Offer(Answer<T> answer)
    {
        Volatile.Write(ref _next, answer);
        if (Interlocked.CompareExchange(ref _showing, 1, 0) == 0) _ = ShowAsync();
    }

    private async Task ShowAsync()
    {
        // Off the asker's thread: it has others to tell.
        await Task.Yield();
        do
        {
            while (Interlocked.Exchange(ref _next, null) is { } answer)
            {
                try
                {
                    await show(answer);
                }
                catch (ObjectDisposedException)
                {
                    // The page has just gone.
                }
            }

            Volatile.Write(ref _showing, 0);
        }
        while (Volatile.Read(ref _next) is not null && Interlocked.CompareExchange(ref _showing, 1, 0) == 0);
    }
}
