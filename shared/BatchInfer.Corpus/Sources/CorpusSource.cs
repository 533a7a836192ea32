using System.Net;
using System.Net.Http.Headers;

namespace BatchInfer.Corpus;

/// <summary>Opens byte ranges of corpora: files inside allowed folders, and servers that answer range requests.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class CorpusSource
{
    private readonly HttpClient _http;
    private readonly AllowedRoots _roots;

    /// <param name="http">Client for <c>http</c> and <c>https</c>; its time-out bounds the wait for an answer. Not disposed.</param>
    /// <param name="roots">Folders below which files may be read; none allows no <c>file:</c> address.</param>
    public CorpusSource(HttpClient http, IReadOnlyList<string> roots)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(roots);
        _http = http;
        _roots = new AllowedRoots(roots);
    }

    /// <summary>Opens a range.</summary>
    /// <param name="uri">Absolute <c>file:</c>, <c>http:</c> or <c>https:</c> address of the corpus.</param>
    /// <param name="offset">First byte, from 0.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <returns>A stream of exactly these bytes. Reading throws an <see cref="IOException"/> when the corpus ends before.</returns>
    /// <exception cref="NotSupportedException">An address of another kind.</exception>
    /// <exception cref="UnauthorizedAccessException">A file outside the allowed folders, or one that may not be read.</exception>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="EndOfStreamException">The corpus is shorter than the range.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached or did not answer with exactly the range.</exception>
    public async Task<Stream> OpenAsync(Uri uri, long offset, long length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (!uri.IsAbsoluteUri) throw new NotSupportedException($"The corpus address '{uri}' is not absolute.");
        if (uri.IsFile) return OpenFile(uri, offset, length);
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            throw new NotSupportedException($"A corpus is read from file:, http: or https: addresses, not from '{uri.Scheme}:'.");

        // A range header has no way to say "no bytes".
        return length == 0 ? Stream.Null : await OpenHttpAsync(uri, offset, length, cancellationToken);
    }

    private BoundedStream OpenFile(Uri uri, long offset, long length)
    {
        var path = _roots.Resolve(uri);
        if (Directory.Exists(path)) throw new UnauthorizedAccessException($"The corpus '{uri}' is a folder, not a file.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no corpus '{uri}'.", path);

        // Unbuffered: scanner and reader have buffers of their own.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.SequentialScan);
        try
        {
            if (file.Length - length < offset)
                throw new EndOfStreamException(
                    $"The corpus '{uri}' has {file.Length} bytes; bytes {offset} to {offset + length} were asked for. Was it replaced?");
            file.Seek(offset, SeekOrigin.Begin);
            return new BoundedStream(file, length, uri, owner: null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async Task<BoundedStream> OpenHttpAsync(Uri uri, long offset, long length, CancellationToken cancellationToken)
    {
        var last = checked(offset + length - 1);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Range = new RangeHeaderValue(offset, last);
        // The range is one of plain bytes: a compressed answer would be a range of something else.
        request.Headers.AcceptEncoding.ParseAdd("identity");
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            if (Refusal(response, offset, last) is { } reason)
                throw new HttpRequestException(
                    $"Bytes {offset} to {last} of '{Shown(uri)}' cannot be read: {reason}", null, response.StatusCode);
            return new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), length, uri, response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static string? Refusal(HttpResponseMessage response, long offset, long last)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.OK)
            return "the server answered 200 with the whole file; it must honour Range requests.";
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return "the file is shorter than that (416). Was it replaced?";
        if (response.StatusCode != HttpStatusCode.PartialContent)
            return $"the server answered {status} {response.ReasonPhrase}.";
        if (response.Content.Headers.ContentEncoding.Count > 0)
            return $"the server sent it with Content-Encoding {string.Join(", ", response.Content.Headers.ContentEncoding)}.";
        var range = response.Content.Headers.ContentRange;
        return range is { Unit: "bytes" } && range.From == offset && range.To == last
            ? null
            : $"the server answered with another range ({range?.ToString() ?? "no Content-Range"}).";
    }

    // The query of a signed address is a secret, and messages end up in logs.
    private static string Shown(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
