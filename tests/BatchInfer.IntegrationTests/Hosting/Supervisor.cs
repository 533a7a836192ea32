namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Starts a worker anew for each one that dies.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private int _deaths;

    public Supervisor(Cluster cluster)
    {
        _cluster = cluster;
        _watching = Task.WhenAll(cluster.Workers.Select(w => Task.Run(() => WatchAsync(w))));
    }

    /// <summary>Workers that died so far.</summary>
    public int Deaths => Volatile.Read(ref _deaths);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(ServiceProcess worker)
    {
        try
        {
            while (true)
            {
                await worker.Ended.WaitAsync(_stop.Token);
                Interlocked.Increment(ref _deaths);
                worker = await _cluster.AddWorkerAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
