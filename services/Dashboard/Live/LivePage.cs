using BatchInfer.Contracts;
using BatchInfer.Dashboard.Hosting;
using Microsoft.AspNetCore.Components;

namespace BatchInfer.Dashboard.Live;

/// <summary>A page or a part of one that shows what the server says, as it says it.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly List<IDisposable> _watching = [];
    private int _asked;

    [Inject] private ServerClient Server { get; set; } = null!;

    [Inject] private LiveQueries Queries { get; set; } = null!;

    /// <summary>The HTTP API.</summary>
    protected BatchInferClient Api => Server.Api;

    /// <summary>Ends with the page.</summary>
    protected CancellationToken Gone { get; }

    /// <summary>Why what is shown is not the latest: a sentence, or null.</summary>
    protected string? Trouble { get; private set; }

    /// <summary>Why the last action failed: a sentence, or null.</summary>
    protected string? Problem { get; set; }

    /// <summary>Made with the page.</summary>
    protected LivePage() => Gone = _gone.Token;

    /// <summary>Asks and shows until <see cref="StopWatching"/> or the end of the page.</summary>
    protected void Watch<T>(string key, Func<CancellationToken, Task<T>> read, Action<T> show) => Watch(key, read, value =>
    {
        show(value);
        return Task.CompletedTask;
    });

    /// <summary>The same, for what takes a while to show.</summary>
    protected void Watch<T>(string key, Func<CancellationToken, Task<T>> read, Func<T, Task> show)
    {
        // An answer that was on its way when its question was given up is no longer wanted.
        int asked = _asked;
        _watching.Add(Queries.Watch<T>(key, read, answer => InvokeAsync(async () =>
        {
            if (_gone.IsCancellationRequested || asked != _asked) return;
            Trouble = answer.Problem;
            try
            {
                if (answer.Value is { } value) await show(value);
            }
            catch
            {
                Trouble = "What the server said last could not be shown. What is here is older.";
                throw;
            }
            finally
            {
                StateHasChanged();
            }
        })));
    }

    /// <summary>Watches nothing any more.</summary>
    protected void StopWatching()
    {
        foreach (var handle in _watching) handle.Dispose();
        _watching.Clear();
        _asked++;
    }

    /// <summary>Does something once; a failure becomes <see cref="Problem"/>.</summary>
    /// <returns>Whether it was done.</returns>
    protected async Task<bool> TryAsync(Func<CancellationToken, Task> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            await action(Gone);
            Problem = null;
            return true;
        }
        catch (Exception) when (_gone.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is BatchInferApiException or HttpRequestException or OperationCanceledException or IOException or System.Text.Json.JsonException)
        {
            Problem = Sentence.Of(e);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends all that the page has going.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        _gone.Cancel();
        StopWatching();
        _gone.Dispose();
    }
}
