using BatchInfer.Contracts;
using BatchInfer.Standalone;

namespace BatchInfer.Benchmarks.Hosting;

/// <summary>The whole product in this process, as <c>batchinfer run</c> has it: broker in memory, SQLite.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly StandaloneHost _host;

    private EmbeddedServer(TemporaryFolder folder, StandaloneHost host) => (_folder, _host, Client) = (folder, host, new BatchInferClient(host.BaseAddress));

    public BatchInferClient Client { get; }

    /// <summary>Starts it.</summary>
    /// <param name="models">Models folder.</param>
    /// <param name="threads">Runs of a model side by side.</param>
    /// <param name="settings">Further settings, as <c>--Section:Name=value</c>.</param>
    public static async Task<EmbeddedServer> StartAsync(string models, int threads, params string[] settings)
    {
        var folder = new TemporaryFolder();
        try
        {
            var host = await StandaloneHost.StartAsync(
                new StandaloneSettings { DataFolder = folder["data"], ModelsFolder = models, ParallelRuns = threads, Quiet = true, Arguments = settings }, CancellationToken.None);
            return new EmbeddedServer(folder, host);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}
