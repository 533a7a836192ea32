using System.Text;
using BatchInfer.Corpus;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>What every kind of store is asked for.</summary>
public abstract class ObjectStorageContract(ObjectServers servers)
{
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{{\"text\":\"line {i}\"}}\n")));

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected ObjectServers Servers => servers;

    /// <summary>Settings that let everything of the store be read.</summary>
    protected virtual ObjectStorageOptions Options() => servers.Options();

    protected abstract string At(string key);

    protected abstract Task PutAsync(string key, byte[] bytes);

    [Fact]
    public async Task An_object_is_read_whole_and_by_range()
    {
        const string Key = "a folder/lines ü+1.jsonl";
        await PutAsync(Key, Lines);
        using var storage = new ObjectStorage(Options(), TimeProvider.System);
        var address = ObjectAddress.Parse(At(Key));
        var version = await storage.DescribeAsync(address, Ct);
        Assert.Equal(Lines.Length, version.Bytes);
        Assert.Equal("lines ü+1.jsonl", address.FileName);
        await storage.CheckAsync(address, version, Ct);

        // Longer than the first windows, so that several are asked for.
        await using var whole = storage.OpenRead(address, version);
        Assert.Equal(Lines, await ReadAsync(whole));
        whole.Seek(1_234_567, SeekOrigin.Begin);
        Assert.Equal(Lines[1_234_567..], await ReadAsync(whole));
        // Not its first byte alone: s3rver takes bytes=0-0 for the whole.
        foreach (var (offset, length) in ((int, int)[])[(0, 2), (17, 300_000), (Lines.Length - 5, 5), (9, 0)])
        {
            await using var range = storage.OpenRange(address, version, offset, length);
            Assert.Equal(Lines[offset..(offset + length)], await ReadAsync(range));
        }
    }

    [Fact]
    public async Task An_empty_object_has_no_bytes()
    {
        await PutAsync("empty.txt", []);
        using var storage = new ObjectStorage(Options(), TimeProvider.System);
        var address = ObjectAddress.Parse(At("empty.txt"));
        var version = await storage.DescribeAsync(address, Ct);
        Assert.Equal(0, version.Bytes);
        await using var whole = storage.OpenRead(address, version);
        Assert.Empty(await ReadAsync(whole));
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("more bytes than before")]
    [InlineData("few")]
    public async Task An_object_that_was_replaced_is_refused(string after)
    {
        string key = $"replaced-{after.Length}.txt";
        await PutAsync(key, "first bytes"u8.ToArray());
        using var storage = new ObjectStorage(Options(), TimeProvider.System);
        var address = ObjectAddress.Parse(At(key));
        var version = await storage.DescribeAsync(address, Ct);
        await PutAsync(key, Encoding.UTF8.GetBytes(after));

        await using var range = storage.OpenRange(address, version, 0, 3);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => ReadAsync(range));
        Assert.Equal(ObjectFault.Changed, e.Fault);
        Assert.Contains(At(key), e.Message, StringComparison.Ordinal);
        Assert.Equal(ObjectFault.Changed, (await Assert.ThrowsAsync<ObjectStorageException>(() => storage.CheckAsync(address, version, Ct))).Fault);
    }

    [Fact]
    public async Task A_missing_object_is_named()
    {
        using var storage = new ObjectStorage(Options(), TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse(At("absent.txt")), Ct));
        Assert.Equal((ObjectFault.Missing, false), (e.Fault, e.IsPassing));
        Assert.Contains(At("absent.txt"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_read_that_the_operator_did_not_allow()
    {
        await PutAsync("secret.txt", "secret"u8.ToArray());
        var options = Options();
        options.Allow.Clear();
        options.Allow.Add(At("public/"));
        using var storage = new ObjectStorage(options, TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse(At("secret.txt")), Ct));
        Assert.Equal(ObjectFault.NotAllowed, e.Fault);
        Assert.Contains("ObjectStorage__Allow__0=", e.Message, StringComparison.Ordinal);
    }

    protected static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Ct);
        return bytes.ToArray();
    }
}
