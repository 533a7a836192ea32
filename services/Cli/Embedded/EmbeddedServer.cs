using BatchInfer.Standalone;

namespace BatchInfer.Cli.Embedded;

/// <summary>A server in this process; the commands speak HTTP with it as with any other.</summary>
internal sealed class EmbeddedServer(Uri address, Func<CancellationToken, Task> waitForShutdown, Func<ValueTask> stop) : IAsyncDisposable
{
    public Uri Address { get; } = address;

    public Task WaitForShutdownAsync(CancellationToken ct) => waitForShutdown(ct);

    public ValueTask DisposeAsync() => stop();

    /// <summary>Starts Standalone.</summary>
    /// <exception cref="CliException">The data folder cannot be used.</exception>
    public static async Task<EmbeddedServer> StartAsync(StandaloneSettings settings, CancellationToken ct)
    {
        try
        {
            var host = await StandaloneHost.StartAsync(settings, ct);
            return new EmbeddedServer(host.BaseAddress, host.WaitForShutdownAsync, host.DisposeAsync);
        }
        catch (DataFolderException e)
        {
            throw new CliException(e.Message, ExitCodes.Failed);
        }
    }
}
