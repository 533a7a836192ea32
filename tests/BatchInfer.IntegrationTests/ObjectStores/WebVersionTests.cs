using BatchInfer.Corpus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Web servers that heed no condition of a request: what they say of the file is compared.</summary>
public sealed class WebVersionTests : IAsyncLifetime
{
    private static readonly byte[] Before = "first bytes"u8.ToArray(), After = "other bytes"u8.ToArray();
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private WebApplication? _server;
    private bool _replaced;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/tagged.txt", (HttpContext c) => AnswerAsync(c, _replaced ? "\"2\"" : "\"1\"", Noon));
        _server.MapGet("/weak.txt", (HttpContext c) => AnswerAsync(c, _replaced ? "W/\"2\"" : "W/\"1\"", Noon));
        _server.MapGet("/untagged.txt", (HttpContext c) => AnswerAsync(c, _replaced ? null : "\"1\"", Noon));
        _server.MapGet("/dated.txt", (HttpContext c) => AnswerAsync(c, null, _replaced ? Noon.AddSeconds(1) : Noon));
        _server.MapGet("/undated.txt", (HttpContext c) => AnswerAsync(c, null, _replaced ? null : Noon));
        await _server.StartAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/tagged.txt")]
    [InlineData("/weak.txt")]
    [InlineData("/untagged.txt")]
    [InlineData("/dated.txt")]
    [InlineData("/undated.txt")]
    public async Task A_file_that_is_replaced_by_one_as_long_is_refused(string path)
    {
        using var storage = new ObjectStorage(new ObjectStorageOptions { Allow = { Url("/") }, AllowPlainHttp = true, AllowPrivateNetworks = true }, TimeProvider.System);
        var address = ObjectAddress.Parse(Url(path));
        var version = await storage.DescribeAsync(address, Ct);
        Assert.Equal("bytes", await ReadAsync(storage, address, version));

        _replaced = true;
        var e = await Assert.ThrowsAsync<ObjectStorageException>(() => ReadAsync(storage, address, version));
        Assert.Equal((ObjectFault.Changed, false), (e.Fault, e.IsPassing));
        Assert.Contains($"{Url(path)} is not what it was when the job was planned: it was replaced. Submit the job again", e.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(ObjectStorage storage, ObjectAddress address, Contracts.CorpusVersion version)
    {
        using var reader = new StreamReader(storage.OpenRange(address, version, 6, 5));
        return await reader.ReadToEndAsync(Ct);
    }

    private Task AnswerAsync(HttpContext context, string? tag, DateTimeOffset? modified)
    {
        byte[] bytes = _replaced ? After : Before;
        var range = context.Request.GetTypedHeaders().Range!.Ranges.Single();
        var (from, to) = ((int)range.From!.Value, (int)Math.Min(range.To!.Value, bytes.Length - 1));
        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{bytes.Length}";
        context.Response.ContentLength = to - from + 1;
        if (tag is not null) context.Response.Headers.ETag = tag;
        context.Response.GetTypedHeaders().LastModified = modified;
        return context.Response.Body.WriteAsync(bytes.AsMemory(from, to - from + 1), Ct).AsTask();
    }

    private string Url(string path) => _server!.Urls.Single() + path;
}
