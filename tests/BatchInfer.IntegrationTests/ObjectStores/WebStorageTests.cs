namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>A web server that answers ranges.</summary>
public sealed class WebStorageTests(ObjectServers servers) : ObjectStorageContract(servers), IClassFixture<ObjectServers>
{
    protected override string At(string key) => new Uri(Servers.WebUrl, Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal)).AbsoluteUri;

    protected override Task PutAsync(string key, byte[] bytes)
    {
        Servers.PutWeb(key, bytes);
        return Task.CompletedTask;
    }
}
