using BatchInfer.Corpus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Web servers that are of no use, or lead where nobody should go.</summary>
public sealed class WebRefusalTests : IAsyncLifetime
{
    private static readonly byte[] Bytes = System.Security.Cryptography.RandomNumberGenerator.GetBytes(3_000_000);
    private WebApplication? _server;
    private int _cut;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/good.txt", () => Microsoft.AspNetCore.Http.Results.Bytes(Bytes, enableRangeProcessing: true));
        _server.MapGet("/whole.txt", () => Microsoft.AspNetCore.Http.Results.Bytes(Bytes));
        _server.MapGet("/moved.txt", () => Microsoft.AspNetCore.Http.Results.Redirect("http://169.254.169.254/latest/"));
        _server.MapGet("/expired.txt", () => Microsoft.AspNetCore.Http.Results.StatusCode(403));
        _server.MapGet("/busy.txt", () => Microsoft.AspNetCore.Http.Results.StatusCode(503));
        _server.MapGet("/packed.txt", async (HttpContext c) =>
        {
            c.Response.StatusCode = 206;
            (c.Response.Headers.ContentEncoding, c.Response.Headers.ContentRange) = ("gzip", "bytes 0-0/100");
            await c.Response.Body.WriteAsync(new byte[1]);
        });
        // Sends less than it promised, twice; what is asked again goes on behind it.
        _server.MapGet("/cut.txt", async (HttpContext c) =>
        {
            var range = c.Request.GetTypedHeaders().Range!.Ranges.Single();
            var (from, to) = ((int)range.From!.Value, (int)Math.Min(range.To!.Value, Bytes.Length - 1));
            c.Response.StatusCode = 206;
            c.Response.Headers.ContentRange = $"bytes {from}-{to}/{Bytes.Length}";
            c.Response.ContentLength = to - from + 1;
            bool cut = to > from && Interlocked.Increment(ref _cut) <= 2;
            await c.Response.Body.WriteAsync(Bytes.AsMemory(from, cut ? (to - from) / 2 : to - from + 1));
            await c.Response.Body.FlushAsync();
            if (cut) c.Abort();
        });
        await _server.StartAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/whole.txt", ObjectFault.NoRanges, "upload it here")]
    [InlineData("/packed.txt", ObjectFault.NoRanges, "Content-Encoding gzip")]
    [InlineData("/moved.txt", ObjectFault.Refused, "redirects to 169.254.169.254")]
    [InlineData("/expired.txt", ObjectFault.Forbidden, "signed address expired")]
    [InlineData("/absent.txt", ObjectFault.Missing, "no object")]
    [InlineData("/busy.txt", ObjectFault.Unavailable, "503")]
    public async Task What_cannot_be_read_says_why_without_the_signature(string path, ObjectFault fault, string message)
    {
        using var storage = new ObjectStorage(Options(), TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(Address(path + "?signature=secret"), Ct));
        Assert.Equal((fault, fault == ObjectFault.Unavailable), (e.Fault, e.IsPassing));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_asked_for_again_where_it_broke()
    {
        using var storage = new ObjectStorage(Options(), TimeProvider.System);
        var address = Address("/cut.txt");
        var version = await storage.DescribeAsync(address, Ct);
        await using var whole = storage.OpenRead(address, version);
        using var read = new MemoryStream();
        await whole.CopyToAsync(read, Ct);
        Assert.True(Bytes.AsSpan().SequenceEqual(read.ToArray()));
        Assert.True(_cut > 2);
    }

    [Fact]
    public async Task A_name_that_leads_into_a_private_network_is_refused_as_it_is_connected_to()
    {
        var options = Options();
        options.AllowPrivateNetworks = false;
        options.Allow.Add("http://*/");
        using var storage = new ObjectStorage(options, TimeProvider.System);
        var named = new UriBuilder(_server!.Urls.Single()) { Host = "localhost", Path = "/good.txt" }.Uri.AbsoluteUri;
        foreach (string text in (string[])[named, Address("/good.txt").Uri.AbsoluteUri])
        {
            var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse(text), Ct));
            Assert.Equal(ObjectFault.NotAllowed, e.Fault);
            Assert.Contains("private network", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Where_clouds_keep_credentials_nobody_goes_even_where_private_networks_are_allowed()
    {
        var options = Options();
        options.Allow.Add("http://169.254.169.254/");
        using var storage = new ObjectStorage(options, TimeProvider.System);
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => storage.DescribeAsync(ObjectAddress.Parse("http://169.254.169.254/latest/meta-data"), Ct));
        Assert.Equal(ObjectFault.NotAllowed, e.Fault);
    }

    private ObjectStorageOptions Options() => new() { Allow = { _server!.Urls.Single() + "/" }, AllowPlainHttp = true, AllowPrivateNetworks = true };

    private ObjectAddress Address(string path) => ObjectAddress.Parse(_server!.Urls.Single() + path);
}
