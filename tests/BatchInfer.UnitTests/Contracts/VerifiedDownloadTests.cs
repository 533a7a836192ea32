using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Contracts;

public sealed class VerifiedDownloadTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
    private readonly string _folder = Directory.CreateTempSubdirectory("batchinfer-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_connection_that_stalls_is_given_up_and_the_rest_is_asked_for()
    {
        var ranges = new List<long?>();
        await FetchAsync(request =>
        {
            ranges.Add(request.Headers.Range?.Ranges.Single().From);
            return ranges.Count == 1 ? Answer(0, 40, stalls: true) : Answer(40, 100, stalls: false);
        });
        Assert.Equal([null, 40], ranges);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(_folder, "file"), Cancellation));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_a_sentence()
    {
        var thrown = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(_ => Answer(0, 0, stalls: true)));
        Assert.Contains("broke off after 0 of 100 bytes (nothing came for 0.2 s)", thrown.Message, StringComparison.Ordinal);
    }

    private Task FetchAsync(Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        new VerifiedDownload((request, _) => Task.FromResult(answer(request))) { StallTimeout = TimeSpan.FromMilliseconds(200) }.FetchAsync(
            new Uri("http://hub/file"), Path.Combine(_folder, "file"), Content.Length,
            new FileDigest(Convert.ToHexStringLower(SHA256.HashData(Content))), null, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

    private static HttpResponseMessage Answer(int from, int to, bool stalls)
    {
        var response = new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = new StreamContent(new Body(Content[from..to], stalls)) };
        if (from > 0) response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to - 1, Content.Length);
        return response;
    }

    /// <summary>Some bytes, and then the end, or nothing for ever.</summary>
    private sealed class Body(byte[] bytes, bool stalls) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = Read(buffer.Span);
            if (read == 0 && stalls) await Task.Delay(Timeout.Infinite, cancellationToken);
            return read;
        }
    }
}
