using System.Net;
using System.Net.Http.Headers;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Reads the corpora of jobs from the coordinator, by range.</summary>
internal sealed class InputCorpus(HttpClient http, IOptions<ExportOptions> options, IServer server)
{
    /// <summary>Where the job's records stand, from one at or before an ordinal on.</summary>
    /// <exception cref="InputUnavailableException">The coordinator does not say.</exception>
    public async Task<JobCorpus> FindAsync(Guid job, long ordinal, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Coordinator(), $"/v1/jobs/{job}/corpus?ordinal={ordinal}")), ct);
        if (!response.IsSuccessStatusCode)
            throw new InputUnavailableException(
                $"The coordinator at {Coordinator()} answered {(int)response.StatusCode} when asked for the job's corpus. Is Export:Coordinator its address?");
        return (await response.Content.ReadFromJsonAsync<JobCorpus>(ApiJson.Options, ct))!;
    }

    /// <summary>The corpus' rows from <see cref="JobCorpus.Ordinal"/> on.</summary>
    /// <exception cref="InputUnavailableException">The file is gone, or the coordinator does not answer.</exception>
    public async Task<IAsyncEnumerable<CorpusRow>> ReadAsync(JobCorpus corpus, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Coordinator(), $"/v1/files/{corpus.FileId}/content"));
        request.Headers.Range = new RangeHeaderValue(corpus.Offset, null);
        var response = await SendAsync(request, ct);
        if (response.StatusCode == HttpStatusCode.PartialContent) return RowsAsync(response, corpus, ct);
        using (response)
        {
            // Behind the last byte there is nothing: a corpus without records.
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return AsyncEnumerable.Empty<CorpusRow>();
            throw new InputUnavailableException(response.StatusCode == HttpStatusCode.NotFound
                ? $"The corpus {corpus.FileId} was deleted. Upload it again, or export without the input's columns."
                : $"The corpus {corpus.FileId} cannot be read: {await DetailAsync(response, ct)}");
        }
    }

    /// <summary>What the coordinator says of it: an object elsewhere may have changed, or its store may be away.</summary>
    private static async Task<string> DetailAsync(HttpResponseMessage response, CancellationToken ct)
    {
        string otherwise = $"the coordinator answered {(int)response.StatusCode}.";
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return otherwise;
        var problem = await response.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Mvc.ProblemDetails>(ct);
        return problem?.Detail ?? otherwise;
    }

    private static async IAsyncEnumerable<CorpusRow> RowsAsync(
        HttpResponseMessage response, JobCorpus corpus, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using (response)
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            await using var rows = CorpusRows.ReadAsync(stream, corpus.Schema.Format, corpus.Ordinal, ct).GetAsyncEnumerator(ct);
            while (await NextAsync(rows, corpus)) yield return rows.Current;
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<CorpusRow> rows, JobCorpus corpus)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new InputUnavailableException($"Reading the corpus {corpus.FileId} from the coordinator broke off: {e.Message} Try again.", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            try
            {
                return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            }
            catch (HttpRequestException e)
            {
                throw new InputUnavailableException($"The coordinator at {Coordinator()} cannot be reached, and the input's columns are read from it. Set Export:Coordinator to its address.", e);
            }
        }
    }

    private Uri Coordinator()
    {
        if (options.Value.Coordinator is { } set) return set;
        string? own = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        // A server that listens on every address says [::], where nobody can call.
        return own is not null && Uri.TryCreate(own.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var uri)
            ? uri
            : throw new InputUnavailableException("Export:Coordinator is not set. Give the coordinator's address, e.g. Export__Coordinator=http://coordinator:8080");
    }
}
