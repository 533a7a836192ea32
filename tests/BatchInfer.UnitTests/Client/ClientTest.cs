using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Client;

/// <summary>A client before a server that answers as it is told.</summary>
public abstract class ClientTest : IAsyncLifetime
{
    private protected FakeServer Server { get; private set; } = null!;

    private protected BatchInferClient Client { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await FakeServer.StartAsync();
        Client = new BatchInferClient(Server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
