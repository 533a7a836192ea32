namespace BatchInfer.ServiceDefaults;

/// <summary>A call that waits for its group.</summary>
internal sealed class WaitingCall<TRequest, TAnswer>(TRequest request, CancellationToken ct)
{
    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TRequest Request { get; } = request;

    public Task<TAnswer> Answer => ct.CanBeCanceled ? _answer.Task.WaitAsync(ct) : _answer.Task;

    /// <summary>Nobody waits any more.</summary>
    public bool IsGivenUp => ct.IsCancellationRequested;

    public void Succeed(TAnswer answer) => _answer.TrySetResult(answer);

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
