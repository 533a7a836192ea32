using System.Net;
using System.Net.Http.Headers;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Files on web servers that answer range requests.</summary>
internal sealed class WebStore(HttpClient http) : IObjectStore
{
    public async Task<CorpusVersion> DescribeAsync(ObjectAddress address, CancellationToken ct)
    {
        // Not by HEAD: a signed address is often signed for GET only, and this way the server shows that it answers ranges.
        using var response = await SendAsync(address, null, 0, 0, ct);
        long? bytes = response.StatusCode switch
        {
            HttpStatusCode.PartialContent => response.Content.Headers.ContentRange?.Length,
            HttpStatusCode.RequestedRangeNotSatisfiable when response.Content.Headers.ContentRange is { Length: 0 } => 0,
            HttpStatusCode.OK when response.Content.Headers.ContentLength == 0 => 0,
            _ => throw Refusal(address, response),
        };
        if (bytes is null) throw new ObjectStorageException(ObjectFault.NoRanges, $"The server of {address.Shown} does not say how long the file is. Download it and upload it here.");
        if (bytes > 0) CheckPlain(address, response);
        var tag = response.Headers.ETag?.ToString();
        return new CorpusVersion(bytes.Value, tag, null, tag is null ? response.Content.Headers.LastModified : null);
    }

    public async Task<Stream> OpenAsync(ObjectAddress address, CorpusVersion version, long offset, long length, CancellationToken ct)
    {
        var last = checked(offset + length - 1);
        var response = await SendAsync(address, version, offset, last, ct);
        try
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) throw ObjectStorageException.Changed(address, "it is shorter");
            if (response.StatusCode != HttpStatusCode.PartialContent) throw Refusal(address, response);
            CheckPlain(address, response);
            Compare(address, version, response, offset, last);
            return new BoundedStream(await response.Content.ReadAsStreamAsync(ct), length, address.Uri, response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(ObjectAddress address, CorpusVersion? version, long first, long last, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Uri);
        request.Headers.Range = new RangeHeaderValue(first, last);
        // The range is one of plain bytes: a compressed answer would be a range of something else.
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (version?.ETag is { } tag)
        {
            // A weak tag never matches here, by definition; it is compared with the answer's.
            if (EntityTagHeaderValue.Parse(tag) is { IsWeak: false } strong) request.Headers.IfMatch.Add(strong);
        }
        else if (version?.LastModified is { } modified)
        {
            request.Headers.IfUnmodifiedSince = modified;
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e) when (e.InnerException is ObjectStorageException refused)
        {
            throw new ObjectStorageException(refused.Fault, $"{address.Shown} may not be read. {refused.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw ObjectStorageException.Unavailable(address, $"{e.Message} {e.InnerException?.Message}".TrimEnd(), e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw ObjectStorageException.Unavailable(address, "the server does not answer.", e);
        }
    }

    private static void Compare(ObjectAddress address, CorpusVersion version, HttpResponseMessage response, long first, long last)
    {
        var range = response.Content.Headers.ContentRange;
        if (range is not { Unit: "bytes" } || range.From != first || range.To != last)
            throw new ObjectStorageException(ObjectFault.NoRanges, $"The server of {address.Shown} answered with another range than bytes {first} to {last}. Download the file and upload it here.");
        if (range.Length is { } bytes && bytes != version.Bytes) throw ObjectStorageException.Changed(address, $"it had {version.Bytes} bytes and has {bytes}");
        // Not every server heeds the conditions. One that says no tag any more may have put anything in its place.
        if (version.ETag is { } tag ? response.Headers.ETag?.ToString() != tag : response.Content.Headers.LastModified != version.LastModified)
            throw ObjectStorageException.Changed(address, "it was replaced");
    }

    private static void CheckPlain(ObjectAddress address, HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentEncoding is { Count: > 0 } encoding)
            throw new ObjectStorageException(ObjectFault.NoRanges,
                $"The server of {address.Shown} sends it with Content-Encoding {string.Join(", ", encoding)}, of which no range is a range of the file. Download it and upload it here.");
    }

    private static ObjectStorageException Refusal(ObjectAddress address, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            HttpStatusCode.OK => new(ObjectFault.NoRanges,
                $"The server of {address.Shown} answers a request for a range with the whole file, so that workers cannot read parts of it. Download it and upload it here."),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ObjectStorageException.Missing(address),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(ObjectFault.Forbidden,
                $"The server of {address.Shown} does not let it be read ({status}). Has a signed address expired? Give one that is good for as long as the job runs."),
            HttpStatusCode.PreconditionFailed => ObjectStorageException.Changed(address, "it was replaced"),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new(ObjectFault.Refused,
                $"The server of {address.Shown} redirects{(response.Headers.Location is { IsAbsoluteUri: true } to ? $" to {to.Host}" : "")} ({status}), which is not followed. Give the address that it leads to."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                ObjectStorageException.Unavailable(address, $"the server answered {status} {response.ReasonPhrase}."),
            _ => new(ObjectFault.Refused, $"{address.Shown} cannot be read: the server answered {status} {response.ReasonPhrase}."),
        };
    }
}
