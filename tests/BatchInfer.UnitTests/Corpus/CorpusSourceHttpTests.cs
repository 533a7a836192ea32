using System.Net;
using System.Text;
using BatchInfer.Corpus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchInfer.UnitTests.Corpus;

/// <summary>Ranges over a real server on a free port.</summary>
public sealed class CorpusSourceHttpTests : IAsyncLifetime
{
    private static readonly byte[] Corpus = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n")));

    private readonly HttpClient _http = new();
    private WebApplication? _server;
    private Uri _base = null!;
    private CorpusSource _source = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/good", () => TypedResults.Bytes(Corpus, enableRangeProcessing: true));
        _server.MapGet("/whole", () => TypedResults.Bytes(Corpus));
        _server.MapGet("/other", (HttpContext c) => Answer(c, "bytes 0-3/100", 4));
        _server.MapGet("/unknown", (HttpContext c) => Answer(c, null, 4));
        _server.MapGet("/cut", async (HttpContext c) =>
        {
            c.Response.ContentLength = 100;
            await Answer(c, "bytes 10-109/1000", 40);
        });
        _server.MapGet("/short", (HttpContext c) => Answer(c, "bytes 10-109/1000", 40));
        _server.MapGet("/packed", (HttpContext c) =>
        {
            c.Response.Headers.ContentEncoding = "gzip";
            return Answer(c, "bytes 10-109/1000", 100);
        });
        _server.MapGet("/busy", () => TypedResults.StatusCode(503));
        await _server.StartAsync(Ct);
        _base = new Uri(_server.Urls.Single());
        _source = new CorpusSource(_http, []);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(17, 100_000)]
    [InlineData(100, 0)]
    [InlineData(0, -1)]
    public async Task A_range_is_read_from_a_server(int offset, int length)
    {
        if (length < 0) length = Corpus.Length;
        await using var stream = await _source.OpenAsync(new Uri(_base, "/good"), offset, length, Ct);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal(Corpus.AsSpan(offset, length).ToArray(), read.ToArray());
    }

    [Theory]
    [InlineData("/good", 206, "another range")]
    [InlineData("/whole", 200, "must honour Range")]
    [InlineData("/other", 206, "another range (bytes 0-3/100)")]
    [InlineData("/unknown", 206, "no Content-Range")]
    [InlineData("/packed", 206, "Content-Encoding gzip")]
    [InlineData("/busy", 503, "503")]
    [InlineData("/absent", 404, "404")]
    public async Task A_server_that_does_not_answer_with_the_range_is_refused(string path, int status, string message)
    {
        var (offset, length) = path == "/good" ? (10, Corpus.Length) : (10, 100);
        var uri = new Uri(_base, path + "?token=secret");
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => _source.OpenAsync(uri, offset, length, Ct));
        Assert.Equal((HttpStatusCode)status, e.StatusCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_behind_the_end_is_refused()
    {
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => _source.OpenAsync(new Uri(_base, "/good"), Corpus.Length, 5, Ct));
        Assert.Contains("shorter", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cut")]
    [InlineData("/short")]
    public async Task An_answer_that_ends_early_is_an_error_and_not_an_end(string path)
    {
        await using var stream = await _source.OpenAsync(new Uri(_base, path), 10, 100, Ct);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_error()
    {
        await _server!.StopAsync(Ct);
        await Assert.ThrowsAsync<HttpRequestException>(() => _source.OpenAsync(new Uri(_base, "/good"), 0, 5, Ct));
    }

    private static async Task Answer(HttpContext context, string? range, int bytes)
    {
        context.Response.StatusCode = 206;
        if (range is not null) context.Response.Headers.ContentRange = range;
        await context.Response.Body.WriteAsync(new byte[bytes]);
        await context.Response.Body.FlushAsync();
    }
}
