using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Speaks with a Hugging Face compatible hub.</summary>
public sealed partial class HubClient : IDisposable
{
    private const int MaxRedirects = 5;

    // A repository of ten thousand files is described in a few megabytes.
    private const long MaxDescriptionBytes = 64L << 20;
    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string? _token;

    /// <param name="endpoint">Address of the hub.</param>
    /// <param name="token">Access token, or null. It is sent to the hub only, never to where the hub redirects.</param>
    public HubClient(Uri endpoint, string? token)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _endpoint = new Uri(endpoint.ToString().TrimEnd('/') + "/");
        _token = token;
        // Redirects are followed here, so that the token stays with the host it is for.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Lists the files of a model at a revision: a branch, a tag or a commit.</summary>
    /// <exception cref="DownloadException">There is no such model, it may not be read, or the hub cannot be reached.</exception>
    public async Task<HubModel> GetModelAsync(string id, string revision, CancellationToken ct)
    {
        if (!ModelId().IsMatch(id)) throw new DownloadException($"'{id}' is no model of a hub; it should look like org/name.");
        var address = new Uri(_endpoint, $"api/models/{id}/revision/{Uri.EscapeDataString(revision)}?blobs=true");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        try
        {
            using var response = await SendAsync(request, ct).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw Refused(id, revision, response.StatusCode);
            await response.Content.LoadIntoBufferAsync(MaxDescriptionBytes, ct).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
            using var json = await JsonDocument.ParseAsync(body, cancellationToken: ct).ConfigureAwait(false);
            return Read(id, json.RootElement);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new DownloadException($"The hub {_endpoint} describes {id} in more than {MaxDescriptionBytes} bytes; so many are not read.", e);
        }
        catch (HttpRequestException e)
        {
            throw new DownloadException($"The hub {_endpoint} cannot be reached ({e.Message}). Check the network, or name another hub with HF_ENDPOINT.", e);
        }
        catch (JsonException e)
        {
            throw new DownloadException($"The hub {_endpoint} gives no description of {id} that can be read ({e.Message}).", e);
        }
    }

    /// <summary>Fetches one file of a model.</summary>
    /// <exception cref="DownloadException">It cannot be fetched, or is not what the hub says it is.</exception>
    public Task FetchAsync(HubModel model, HubFile file, string path, Action<long>? onBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(file);
        string escaped = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        return new VerifiedDownload(SendAsync).FetchAsync(new Uri(_endpoint, $"{model.Id}/resolve/{model.Commit}/{escaped}"), path, file.Size, file.Digest, onBytes, ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    [GeneratedRegex(@"^[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?$", RegexOptions.CultureInvariant)]
    private static partial Regex ModelId();

    [GeneratedRegex(@"\A[0-9a-f]{40,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();

    private static HubModel Read(string id, JsonElement root)
    {
        // It becomes part of a folder's name.
        if (root.Text("sha") is not { } commit || !Commit().IsMatch(commit)) throw new JsonException("its \"sha\" is no commit");
        if (root.Member("siblings") is not { ValueKind: JsonValueKind.Array } siblings) throw new JsonException("its \"siblings\" are no list of files");
        var files = new List<HubFile>();
        foreach (var entry in siblings.EnumerateArray())
            if (entry.Text("rfilename") is { } path)
                files.Add(new HubFile(path, SizeOf(entry), new FileDigest(entry.Member("lfs")?.Text("sha256"), entry.Text("blobId"))));
        return new HubModel(id, commit, files);
    }

    private static long SizeOf(JsonElement entry) =>
        entry.Member("size") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt64(out long bytes) ? bytes : -1;

    private static DownloadException Refused(string id, string revision, HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new DownloadException(
            $"The hub does not let you read {id}: it is gated or private, or does not exist. Accept its terms on the hub and set HF_TOKEN to a token that may read it."),
        HttpStatusCode.NotFound => new DownloadException($"The hub has no model {id} with the revision {revision}. Check the spelling; the revision follows after @."),
        _ => new DownloadException($"The hub answers {(int)status} for {id}. Try again later."),
    };

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var (address, range) = (request.RequestUri!, request.Headers.Range);
        for (int redirects = 0; ; redirects++)
        {
            using var hop = new HttpRequestMessage(HttpMethod.Get, address);
            hop.Headers.Range = range;
            if (_token is not null && IsHub(address)) hop.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            var response = await _http.SendAsync(hop, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } location) return response;
            response.Dispose();
            var next = new Uri(address, location);
            if (redirects == MaxRedirects) throw new DownloadException($"{request.RequestUri} redirects more than {MaxRedirects} times.");
            if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme != "https"))
                throw new DownloadException($"{request.RequestUri} redirects to {next.Scheme}, which is not safe to follow.");
            address = next;
        }
    }

    private bool IsHub(Uri address) => Uri.Compare(address, _endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
