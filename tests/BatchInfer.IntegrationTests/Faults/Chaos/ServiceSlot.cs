using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>A place for one service process: when it ends, whichever way, another is started in it.</summary>
internal sealed class ServiceSlot : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task<ServiceProcess>> _start;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _keeping;
    private TaskCompletionSource<ServiceProcess> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceSlot(string name, Func<CancellationToken, Task<ServiceProcess>> start)
    {
        (Name, _start) = (name, start);
        _keeping = Task.Run(KeepAsync);
    }

    public string Name { get; }

    /// <summary>The process that runs now, once there is one.</summary>
    public Task<ServiceProcess> RunningAsync(CancellationToken ct) => Volatile.Read(ref _running).Task.WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping;
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            ServiceProcess process;
            try
            {
                process = await _start(_stop.Token);
            }
            catch (InvalidOperationException)
            {
                continue; // Killed before it listened.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await using (process)
            {
                _running.TrySetResult(process);
                await process.Ended.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Volatile.Write(ref _running, new TaskCompletionSource<ServiceProcess>(TaskCreationOptions.RunContinuationsAsynchronously));
            }
        }
    }
}
