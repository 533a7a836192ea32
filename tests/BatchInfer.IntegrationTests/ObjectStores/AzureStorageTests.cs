using BatchInfer.Corpus;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Azure's own emulator.</summary>
public sealed class AzureStorageTests(ObjectServers servers) : ObjectStorageContract(servers), IClassFixture<ObjectServers>
{
    [Fact]
    public async Task Without_an_account_it_says_how_to_name_one()
    {
        var options = Servers.Options();
        options.Azure.ConnectionStringFile = null;
        using var storage = new ObjectStorage(options, TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse(At("any.txt")), Ct));
        Assert.Equal(ObjectFault.NotSetUp, e.Fault);
        Assert.Contains("AZURE_STORAGE_ACCOUNT", e.Message, StringComparison.Ordinal);
    }

    protected override string At(string key) => $"az://{ObjectServers.Bucket}/{key}";

    protected override Task PutAsync(string key, byte[] bytes) => Servers.PutAzureAsync(key, bytes, Ct);
}
