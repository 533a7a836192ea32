using BatchInfer.ServiceDefaults;
using Microsoft.JSInterop;

namespace BatchInfer.Dashboard.Live;

/// <summary>
/// Hands answers to one page, the latest only: while a slow browser takes one, those that come meanwhile replace each other, so
/// that nothing piles up for it.
/// </summary>
/// <param name="show">Shows an answer.</param>
/// <param name="failed">Hears of an answer that could not be shown. The next one is shown all the same.</param>
internal sealed class Watcher<T>(Func<Answer<T>, Task> show, Action<Exception> failed)
{
    private Answer<T>? _next;
    private int _showing;

    public void Offer(Answer<T> answer)
    {
        Volatile.Write(ref _next, answer);
        // Off the asker's thread: it has others to tell.
        if (Interlocked.CompareExchange(ref _showing, 1, 0) == 0) _ = Detached.Run(ShowAsync);
    }

    private async Task ShowAsync()
    {
        do
        {
            while (Interlocked.Exchange(ref _next, null) is { } answer)
            {
                try
                {
                    await show(answer);
                }
                catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or JSDisconnectedException)
                {
                    // The page has just gone.
                }
                catch (Exception e)
                {
                    failed(e);
                }
            }

            Volatile.Write(ref _showing, 0);
        }
        while (Volatile.Read(ref _next) is not null && Interlocked.CompareExchange(ref _showing, 1, 0) == 0);
    }
}
