using System.Security.Cryptography;
using Amazon.Runtime;
using BatchInfer.Cli;
using BatchInfer.Cli.Exporting;
using BatchInfer.Corpus;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Exports of several parts, which no small job makes.</summary>
public sealed class ExportTargetTests(ObjectServers servers) : IClassFixture<ObjectServers>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(S3Target.PartBytes)]
    [InlineData(2 * S3Target.PartBytes + 12_345)]
    public async Task S3_has_the_bytes_that_were_exported(int length)
    {
        byte[] export = RandomNumberGenerator.GetBytes(length);
        var target = new S3Target(ObjectAddress.Parse($"s3://{ObjectServers.Bucket}/exports/{length} bytes.jsonl"), CliEnvironment.OfProcess(), servers.Options().S3);
        await target.WriteAsync(new SlowStream(export), Ct);
        byte[] stored = await servers.GetS3Async($"exports/{length} bytes.jsonl", Ct);
        Assert.Equal(length, stored.Length);
        Assert.Equal(SHA256.HashData(export), SHA256.HashData(stored));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(2 * AzureTarget.BlockBytes + 12_345)]
    public async Task Azure_has_the_bytes_that_were_exported(int length)
    {
        byte[] export = RandomNumberGenerator.GetBytes(length);
        var target = new AzureTarget(ObjectAddress.Parse($"az://{ObjectServers.Bucket}/exports/{length} bytes.jsonl"), servers.Options().Azure);
        await target.WriteAsync(new SlowStream(export), Ct);
        byte[] stored = await servers.GetAzureAsync($"exports/{length} bytes.jsonl", Ct);
        Assert.Equal(length, stored.Length);
        Assert.Equal(SHA256.HashData(export), SHA256.HashData(stored));
    }

    [Fact]
    public async Task An_upload_that_the_store_refuses_is_aborted()
    {
        await using var proxy = await RecordingProxy.StartAsync(servers.S3Url, request => request.Query["partNumber"] == "2", Ct);
        var target = Target(proxy, "refused.jsonl");
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => target.WriteAsync(new SlowStream(RandomNumberGenerator.GetBytes(3 * S3Target.PartBytes)), Ct));
        AssertAborted(proxy, "refused.jsonl");
    }

    [Fact]
    public async Task An_upload_whose_export_breaks_off_is_aborted()
    {
        await using var proxy = await RecordingProxy.StartAsync(servers.S3Url, _ => false, Ct);
        var target = Target(proxy, "broken.jsonl");
        await Assert.ThrowsAsync<IOException>(() => target.WriteAsync(new SlowStream(RandomNumberGenerator.GetBytes(2 * S3Target.PartBytes), breaks: true), Ct));
        AssertAborted(proxy, "broken.jsonl");
    }

    [Fact]
    public async Task An_upload_that_the_user_stops_is_aborted()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var proxy = await RecordingProxy.StartAsync(servers.S3Url, request =>
        {
            if (request.Query["partNumber"] == "2") stop.Cancel();
            return false;
        }, Ct);
        var target = Target(proxy, "stopped.jsonl");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => target.WriteAsync(new SlowStream(RandomNumberGenerator.GetBytes(3 * S3Target.PartBytes)), stop.Token));
        AssertAborted(proxy, "stopped.jsonl");
    }

    private S3Target Target(RecordingProxy proxy, string key)
    {
        var options = servers.Options().S3;
        options.ServiceUrl = proxy.Url;
        return new S3Target(ObjectAddress.Parse($"s3://{ObjectServers.Bucket}/{key}"), CliEnvironment.OfProcess(), options);
    }

    private static void AssertAborted(RecordingProxy proxy, string key)
    {
        string[] asked = [.. proxy.Asked.Where(a => a.Contains($"/{ObjectServers.Bucket}/{key}", StringComparison.Ordinal))];
        Assert.StartsWith("POST", asked[0], StringComparison.Ordinal);
        Assert.Contains("uploads", asked[0], StringComparison.Ordinal);
        Assert.StartsWith("DELETE", asked[^1], StringComparison.Ordinal);
        Assert.Contains("uploadId=", asked[^1], StringComparison.Ordinal);
        // What would make an object of the parts.
        Assert.DoesNotContain(asked, a => a.StartsWith("POST", StringComparison.Ordinal) && a.Contains("uploadId=", StringComparison.Ordinal));
    }

    /// <summary>As an export arrives: some bytes at a time, forward only.</summary>
    private sealed class SlowStream(byte[] bytes, bool breaks = false) : Stream
    {
        private int _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = Math.Min(Math.Min(count, 60_000), bytes.Length - _position);
            if (read == 0 && breaks) throw new IOException("The connection broke.");
            bytes.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
            _position += read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
