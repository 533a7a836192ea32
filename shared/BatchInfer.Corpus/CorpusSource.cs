using System.Net;
using System.Net.Http.Headers;

namespace BatchInfer.Corpus;

/// <summary>Opens byte ranges of corpora: files below given folders, or anything that answers HTTP range requests.</summary>
/// <param name="http">Client for <c>http(s):</c> addresses.</param>
/// <param name="roots">Folders below which <c>file:</c> addresses may be read; none reads no file.</param>
public sealed class CorpusSource(HttpClient http, IReadOnlyList<string> roots)
{
    private readonly string[] _roots = [.. roots.Select(r => RealPath.Of(r))];

    /// <summary>Opens a range; the stream ends with it.</summary>
    /// <param name="corpus">Address of the corpus.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="CorpusAccessException">It may not be read, is gone, or its server does not answer ranges.</exception>
    /// <exception cref="HttpRequestException">The server did not answer, or with a fault that may pass.</exception>
    public Task<Stream> OpenAsync(Uri corpus, long offset, long length, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        return corpus.Scheme switch
        {
            "file" => Task.FromResult<Stream>(OpenFile(corpus.LocalPath, offset, length)),
            "http" or "https" => OpenHttpAsync(corpus, offset, length, ct),
            _ => throw new CorpusAccessException($"Corpora are read from file:, http: and https: addresses, not {corpus.Scheme}:."),
        };
    }

    private LimitedStream OpenFile(string path, long offset, long length)
    {
        try
        {
            string real = RealPath.Of(path);
            if (!_roots.Any(root => real.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
                throw new CorpusAccessException($"The corpus {path} is outside of the folders this worker may read (Corpora:Roots).");
            var file = new FileStream(real, new FileStreamOptions
            {
                Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
            file.Seek(offset, SeekOrigin.Begin);
            return new LimitedStream(file, length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new CorpusAccessException($"The corpus {path} cannot be read: it was deleted, or this worker does not see it.", e);
        }
    }

    private async Task<Stream> OpenHttpAsync(Uri corpus, long offset, long length, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, corpus);
        request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        try
        {
            switch (response.StatusCode)
            {
                case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                    throw new CorpusAccessException($"The corpus {corpus} is gone.");
                case HttpStatusCode.RequestedRangeNotSatisfiable:
                    throw new CorpusAccessException($"The corpus {corpus} is shorter than it was when it was planned.");
                case HttpStatusCode.OK:
                    throw new CorpusAccessException($"The server of {corpus} ignores Range requests; a corpus needs one that answers them.");
            }

            response.EnsureSuccessStatusCode();
            var range = response.Content.Headers.ContentRange;
            if (range?.From != offset || range.To != offset + length - 1)
                throw new CorpusAccessException($"The server of {corpus} answered another range ({range}) than the bytes {offset} to {offset + length - 1}.");
            return new LimitedStream(await response.Content.ReadAsStreamAsync(ct), length, response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
