using System.Threading.Channels;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Answers calls that come at the same time together: while some are being answered others arrive, and those are the next group.
/// A call that comes alone is answered at once, so nothing waits for company.
/// </summary>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TAnswer">What is answered.</typeparam>
/// <remarks>Thread-safe.</remarks>
public sealed class GroupedCalls<TRequest, TAnswer> : IAsyncDisposable
{
    private readonly Channel<WaitingCall<TRequest, TAnswer>> _waiting;
    private readonly Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TAnswer>>> _answer;
    private readonly Func<Exception, bool> _failsAll;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task[] _groups;
    private readonly TimeProvider _time;
    private readonly TimeSpan _pace;
    private readonly int _largest;

    /// <summary>Begins to answer.</summary>
    /// <param name="answer">Answers a group, in its order: all of it, or the first, and is then asked for the rest.</param>
    /// <param name="failsAll">Whether a failure concerns the whole group. After any other each call is made by itself.</param>
    /// <param name="groups">Groups being answered side by side. With one, calls are answered in the order in which they were made.</param>
    /// <param name="largest">Calls of a group at most.</param>
    /// <param name="waiting">Calls waiting at most; callers beyond wait to wait.</param>
    /// <param name="pace">From the beginning of a group to that of the next, for calls that are in no hurry: what comes meanwhile is one group.</param>
    /// <param name="time">Clock of the pace; the system's by default.</param>
    public GroupedCalls(
        Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TAnswer>>> answer, Func<Exception, bool> failsAll, int groups, int largest, int waiting,
        TimeSpan pace = default, TimeProvider? time = null)
    {
        (_answer, _failsAll, _largest, _pace, _time) = (answer, failsAll, largest, pace, time ?? TimeProvider.System);
        _waiting = Channel.CreateBounded<WaitingCall<TRequest, TAnswer>>(waiting);
        // The first call makes them, and they answer all.
        _groups = [.. Enumerable.Range(0, groups).Select(_ => Detached.Run(AnswerAsync))];
    }

    /// <summary>Makes a call, perhaps together with others.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="ct">Ends the wait; a call that is being answered then is answered to nobody.</param>
    public async Task<TAnswer> CallAsync(TRequest request, CancellationToken ct)
    {
        var waiting = new WaitingCall<TRequest, TAnswer>(request, ct);
        if (!_waiting.Writer.TryWrite(waiting)) await _waiting.Writer.WriteAsync(waiting, ct);
        return await waiting.Answer;
    }

    /// <summary>Ends, with the calls that are still waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_waiting.Writer.TryComplete()) return;
        await _stopped.CancelAsync();
        await Task.WhenAll(_groups);
        _stopped.Dispose();
    }

    private async Task AnswerAsync()
    {
        var group = new List<WaitingCall<TRequest, TAnswer>>(_largest);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            long began = _time.GetTimestamp();
            while (group.Count < _largest && _waiting.Reader.TryRead(out var next))
                if (!next.IsGivenUp) group.Add(next);
            if (group.Count > 0) await AnswerAsync(group);
            group.Clear();
            if (_pace > TimeSpan.Zero) await RestAsync(_pace - _time.GetElapsedTime(began));
        }
    }

    private async Task RestAsync(TimeSpan rest)
    {
        if (rest > TimeSpan.Zero) await Task.Delay(rest, _time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AnswerAsync(List<WaitingCall<TRequest, TAnswer>> group)
    {
        try
        {
            while (group.Count > 0)
            {
                var answers = await _answer(group.ConvertAll(w => w.Request), _stopped.Token);
                if (answers.Count == 0) throw new InvalidOperationException("None of the calls was answered.");
                for (int i = 0; i < answers.Count; i++) group[i].Succeed(answers[i]);
                group.RemoveRange(0, answers.Count);
            }
        }
        catch (Exception e) when (group.Count <= 1 || e is OperationCanceledException || _failsAll(e))
        {
            foreach (var waiting in group) waiting.Fail(e);
        }
        catch (Exception)
        {
            // One of them cannot be answered. By themselves the others can, and that one gets its own exception.
            foreach (var waiting in group) await AnswerAsync([waiting]);
        }
    }
}
