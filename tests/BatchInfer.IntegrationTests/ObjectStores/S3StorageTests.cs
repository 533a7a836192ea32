using BatchInfer.Corpus;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>A server that speaks S3, and heeds no If-Match.</summary>
public sealed class S3StorageTests(ObjectServers servers) : ObjectStorageContract(servers), IClassFixture<ObjectServers>
{
    [Fact]
    public async Task Credentials_that_may_not_read_are_told_what_they_need()
    {
        await PutAsync("owned.txt", "bytes"u8.ToArray());
        using var storage = new ObjectStorage(Servers.Options("stranger"), TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse(At("owned.txt")), Ct));
        Assert.Equal((ObjectFault.Forbidden, false), (e.Fault, e.IsPassing));
        Assert.Contains("s3:GetObject", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_may_come_again()
    {
        var options = Servers.Options();
        options.S3.ServiceUrl = new Uri($"http://127.0.0.1:{Loopback.FreePort()}");
        using var storage = new ObjectStorage(options, TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse(At("any.txt")), Ct));
        Assert.True(e.IsPassing, e.Message);
    }

    protected override string At(string key) => $"s3://{ObjectServers.Bucket}/{key}";

    protected override Task PutAsync(string key, byte[] bytes) => Servers.PutS3Async(key, bytes, Ct);
}
