using System.Threading.Channels;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Results;

/// <summary>
/// Answers calls that come at the same time together: while some are being answered others arrive, and those are the next group.
/// A call that comes alone is answered at once, so nothing waits for company.
/// </summary>
internal sealed class GroupedCalls<TRequest, TAnswer> : IAsyncDisposable
{
    private readonly Channel<WaitingCall<TRequest, TAnswer>> _waiting;
    private readonly Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TAnswer>>> _answer;
    private readonly Func<Exception, bool> _failsAll;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task[] _groups;
    private readonly int _largest;

    /// <param name="answer">Answers a group, in its order.</param>
    /// <param name="failsAll">Whether a failure concerns the whole group. After any other each call is made by itself.</param>
    /// <param name="groups">Groups being answered side by side.</param>
    /// <param name="largest">Calls of a group at most.</param>
    /// <param name="waiting">Calls waiting at most; callers beyond wait to wait.</param>
    public GroupedCalls(
        Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TAnswer>>> answer, Func<Exception, bool> failsAll, int groups, int largest, int waiting)
    {
        (_answer, _failsAll, _largest) = (answer, failsAll, largest);
        _waiting = Channel.CreateBounded<WaitingCall<TRequest, TAnswer>>(waiting);
        // The first call makes them, and they answer all.
        _groups = [.. Enumerable.Range(0, groups).Select(_ => Detached.Run(AnswerAsync))];
    }

    public async Task<TAnswer> CallAsync(TRequest request, CancellationToken ct)
    {
        var waiting = new WaitingCall<TRequest, TAnswer>(request, ct);
        if (!_waiting.Writer.TryWrite(waiting)) await _waiting.Writer.WriteAsync(waiting, ct);
        return await waiting.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopped.CancelAsync();
        await Task.WhenAll(_groups);
        _stopped.Dispose();
    }

    private async Task AnswerAsync()
    {
        var group = new List<WaitingCall<TRequest, TAnswer>>(_largest);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < _largest && _waiting.Reader.TryRead(out var next))
                if (!next.IsGivenUp) group.Add(next);
            if (group.Count > 0) await AnswerAsync(group);
            group.Clear();
        }
    }

    private async Task AnswerAsync(List<WaitingCall<TRequest, TAnswer>> group)
    {
        try
        {
            var answers = await _answer(group.ConvertAll(w => w.Request), _stopped.Token);
            for (int i = 0; i < group.Count; i++) group[i].Succeed(answers[i]);
        }
        catch (Exception e) when (group.Count == 1 || e is OperationCanceledException || _failsAll(e))
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
