using System.Net;
using System.Net.Http.Headers;

namespace BatchInfer.Contracts;

/// <summary>
/// Fetches a file over HTTP: goes on where an earlier try broke off, and puts the file under its name only when its size and
/// digest are right.
/// </summary>
/// <param name="send">Sends a request and returns with the answer's headers; follows redirects as it sees fit.</param>
public sealed class VerifiedDownload(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    private const int MaxTriesWithoutProgress = 3, BufferBytes = 1 << 17;

    /// <summary>How long nothing may come before the connection counts as broken off: a dead one says nothing by itself.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Fetches a file that is not there yet.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="path">Where it goes; what has come so far is kept beside it as <c>.part</c>.</param>
    /// <param name="size">Its size in bytes, which is also the most that is read.</param>
    /// <param name="digest">What its contents must come to.</param>
    /// <param name="onBytes">Told of bytes as they come, and of those that were there.</param>
    /// <param name="ct">Ends it; what has come is kept.</param>
    /// <exception cref="DownloadException">The server refuses, or the file is not what it should be.</exception>
    public async Task FetchAsync(Uri address, string path, long size, FileDigest digest, Action<long>? onBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string part = path + ".part";
        await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous))
        {
            // Longer than the whole: it belongs to another file.
            if (file.Length > size) file.SetLength(0);
            file.Seek(0, SeekOrigin.End);
            onBytes?.Invoke(file.Length);
            await FillAsync(address, file, size, onBytes, ct).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        if (!await digest.MatchesAsync(part, ct).ConfigureAwait(false))
        {
            File.Delete(part);
            throw new DownloadException($"{address} is not what it should be: its digest differs. The file was removed; try again.");
        }

        File.Move(part, path, overwrite: true);
    }

    private async Task FillAsync(Uri address, FileStream file, long size, Action<long>? onBytes, CancellationToken ct)
    {
        for (int tries = 0; file.Length < size;)
        {
            long before = file.Length;
            Exception? broken = null;
            try
            {
                await ReadUntilStalledAsync(address, file, size, onBytes, ct).ConfigureAwait(false);
                if (file.Length < size) broken = new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended early");
            }
            catch (Exception e) when (e is IOException or HttpRequestException && !ct.IsCancellationRequested)
            {
                broken = e;
            }

            if (broken is null) return;
            tries = file.Length > before ? 0 : tries + 1;
            if (tries >= MaxTriesWithoutProgress) throw new DownloadException($"{address} broke off after {file.Length} of {size} bytes ({broken.Message}). Run it again to go on.", broken);
        }
    }

    private async Task ReadUntilStalledAsync(Uri address, FileStream file, long size, Action<long>? onBytes, CancellationToken ct)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            await ReadOnceAsync(address, file, size, onBytes, stall, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {StallTimeout.TotalSeconds:0.#} s", e);
        }
    }

    private async Task ReadOnceAsync(Uri address, FileStream file, long size, Action<long>? onBytes, CancellationTokenSource stall, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Length > 0) request.Headers.Range = new RangeHeaderValue(file.Length, null);
        stall.CancelAfter(StallTimeout);
        using var response = await send(request, stall.Token).ConfigureAwait(false);
        Check(address, response);
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == file.Length;
        if (!continues && file.Length > 0)
        {
            // A server without ranges begins anew.
            onBytes?.Invoke(-file.Length);
            file.SetLength(0);
        }

        await using var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        for (int read; (read = await ReadAsync(body, buffer, stall).ConfigureAwait(false)) > 0;)
        {
            if (file.Length + read > size) throw new DownloadException($"{address} sends more than the {size} bytes it should have.");
            await file.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            await file.FlushAsync(ct).ConfigureAwait(false);
            onBytes?.Invoke(read);
        }
    }

    private ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationTokenSource stall)
    {
        stall.CancelAfter(StallTimeout);
        return body.ReadAsync(buffer, stall.Token);
    }

    private static void Check(Uri address, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return;
        string message = $"{address} answers {(int)response.StatusCode} {response.ReasonPhrase}.";
        // A server that is overloaded for a while is asked again.
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)response.StatusCode >= 500)
            throw new HttpRequestException(message, null, response.StatusCode);
        throw new DownloadException(message);
    }
}
