using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace BatchInfer.Contracts;

/// <summary>
/// The HTTP API, typed. Thread-safe. Every call throws <see cref="BatchInferApiException"/> when the server refuses or fails, and
/// <see cref="HttpRequestException"/> when it cannot be reached.
/// </summary>
public sealed partial class BatchInferClient : IDisposable
{
    /// <summary>Media type of JSON lines, which asks for a job's predictions as one stream.</summary>
    public const string JsonLines = "application/x-ndjson";

    /// <summary>Header that makes a repeated submit the same job.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    private readonly HttpClient _http;
    private readonly bool _ownsHttp;

    /// <param name="http">Client whose base address is the server's; it stays the caller's. Its timeout bounds uploads too.</param>
    public BatchInferClient(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http;
    }

    /// <param name="server">Address of the server, e.g. <c>http://127.0.0.1:5080</c>; a path in it is kept.</param>
    public BatchInferClient(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), UseProxy = !server.IsLoopback };
        _http = new HttpClient(handler)
        {
            BaseAddress = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/"),
            // A corpus may take an hour to upload and its predictions an hour to read: the caller's token ends a call, no clock.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _ownsHttp = true;
    }

    /// <summary><c>POST /v1/files</c>: streams a corpus to the server. Equal bytes get the same id.</summary>
    /// <param name="content">The corpus, read once to its end; gzip is unpacked by the server.</param>
    /// <param name="filename">Name with the extension that tells the format.</param>
    /// <param name="format">How records are written, when the name does not tell.</param>
    /// <param name="ct">Ends the upload.</param>
    public async Task<FileResource> UploadFileAsync(Stream content, string filename, RecordFormat? format = null, CancellationToken ct = default)
    {
        using var form = new MultipartFormDataContent();
        // The server reads part after part as they arrive, so what it must know comes before the bytes.
        if (format is { } f) form.Add(new StringContent(FormatName(f)), "format");
        using var file = new StreamContent(content, 1 << 16);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "file", filename);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/files") { Content = form };
        return await ReadAsync<FileResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/files</c>: a corpus in an object store or on a web server, read where it lies. The same object gets the same id while it is unchanged.</summary>
    /// <param name="address">Where it lies.</param>
    /// <param name="ct">Ends the call; gzip is fetched and unpacked by the server before it answers.</param>
    public async Task<FileResource> AddFileAsync(FileAddress address, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/files") { Content = JsonContent.Create(address, options: ApiJson.Options) };
        return await ReadAsync<FileResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/files</c>: one page of the stored corpora.</summary>
    public Task<Page<FileResource>> ListFilesAsync(string? cursor = null, int? limit = null, CancellationToken ct = default) =>
        GetAsync<Page<FileResource>>("v1/files" + Query(cursor, limit), ct);

    /// <summary><c>GET /v1/files/{id}</c>.</summary>
    public Task<FileResource> GetFileAsync(string id, CancellationToken ct = default) =>
        GetAsync<FileResource>("v1/files/" + Uri.EscapeDataString(id), ct);

    /// <summary><c>GET /v1/files/{id}/content</c>: the bytes of a corpus.</summary>
    /// <param name="id">The file.</param>
    /// <param name="from">First byte.</param>
    /// <param name="to">Last byte, inclusive; null reads to the end.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>A stream that the caller disposes.</returns>
    public Task<Stream> OpenFileAsync(string id, long from = 0, long? to = null, CancellationToken ct = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"v1/files/{Uri.EscapeDataString(id)}/content");
        if (from > 0 || to is not null) request.Headers.Range = new RangeHeaderValue(from, to);
        return OpenAsync(request, null, ct);
    }

    /// <summary><c>DELETE /v1/files/{id}</c>.</summary>
    public async Task DeleteFileAsync(string id, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "v1/files/" + Uri.EscapeDataString(id));
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/jobs</c>.</summary>
    /// <param name="job">What to predict.</param>
    /// <param name="idempotencyKey">Submitting twice with one key makes one job.</param>
    /// <param name="ct">Ends the call.</param>
    public async Task<JobResource> SubmitJobAsync(JobRequest job, string? idempotencyKey = null, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/jobs") { Content = JsonContent.Create(job, options: ApiJson.Options) };
        if (idempotencyKey is not null) request.Headers.Add(IdempotencyKeyHeader, idempotencyKey);
        return await ReadAsync<JobResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/jobs?dry_run=true</c>: what the job would do and take. No job is made; a huge corpus takes minutes to read.</summary>
    public async Task<JobPlan> PlanJobAsync(JobRequest job, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/jobs?dry_run=true") { Content = JsonContent.Create(job, options: ApiJson.Options) };
        return await ReadAsync<JobPlan>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/jobs</c>: one page, newest first.</summary>
    public Task<Page<JobResource>> ListJobsAsync(string? cursor = null, int? limit = null, CancellationToken ct = default) =>
        GetAsync<Page<JobResource>>("v1/jobs" + Query(cursor, limit), ct);

    /// <summary><c>GET /v1/jobs?status=</c>: one page of the jobs of a status, newest first.</summary>
    public Task<Page<JobResource>> ListJobsAsync(JobStatus status, string? cursor = null, int? limit = null, CancellationToken ct = default)
    {
        string page = Query(cursor, limit);
        return GetAsync<Page<JobResource>>($"v1/jobs{page}{(page.Length == 0 ? '?' : '&')}status={status.ToString().ToLowerInvariant()}", ct);
    }

    /// <summary><c>GET /v1/jobs/{id}</c>.</summary>
    public Task<JobResource> GetJobAsync(Guid id, CancellationToken ct = default) => GetAsync<JobResource>($"v1/jobs/{id}", ct);

    /// <summary><c>GET /v1/jobs/{id}/timeline</c>: how the job went over time, by worker.</summary>
    public Task<JobTimeline> GetTimelineAsync(Guid id, CancellationToken ct = default) => GetAsync<JobTimeline>($"v1/jobs/{id}/timeline", ct);

    /// <summary><c>GET /v1/workers</c>: the workers that are alive.</summary>
    public Task<Page<WorkerResource>> ListWorkersAsync(CancellationToken ct = default) => GetAsync<Page<WorkerResource>>("v1/workers", ct);

    /// <summary><c>POST /v1/jobs/{id}/cancel</c>.</summary>
    public async Task<JobResource> CancelJobAsync(Guid id, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/jobs/{id}/cancel");
        return await ReadAsync<JobResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/jobs/{id}/pause</c>: dispatches nothing more until it is resumed.</summary>
    public async Task<JobResource> PauseJobAsync(Guid id, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/jobs/{id}/pause");
        return await ReadAsync<JobResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/jobs/{id}/resume</c>: goes on with a paused job.</summary>
    public async Task<JobResource> ResumeJobAsync(Guid id, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/jobs/{id}/resume");
        return await ReadAsync<JobResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>PATCH /v1/jobs/{id}</c>: changes an unfinished job's priority or deadline.</summary>
    public async Task<JobResource> UpdateJobAsync(Guid id, JobUpdate update, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"v1/jobs/{id}") { Content = JsonContent.Create(update, options: ApiJson.Options) };
        return await ReadAsync<JobResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/jobs/{id}/retry</c>: a new job over just those records of an ended one that became error rows.</summary>
    public async Task<JobResource> RetryFailedAsync(Guid id, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/jobs/{id}/retry");
        return await ReadAsync<JobResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/jobs/{id}/predictions</c>: one page in input order.</summary>
    public Task<Page<PredictionLine>> ListPredictionsAsync(Guid id, string? cursor = null, int? limit = null, CancellationToken ct = default) =>
        GetAsync<Page<PredictionLine>>($"v1/jobs/{id}/predictions" + Query(cursor, limit), ct);

    /// <summary><c>GET /v1/jobs/{id}/predictions</c> as JSON lines: the whole job in input order, one UTF-8 line per record.</summary>
    /// <returns>A stream that the caller disposes; it fails when the server breaks off before the end.</returns>
    public Task<Stream> OpenPredictionsAsync(Guid id, CancellationToken ct = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{id}/predictions");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(JsonLines));
        return OpenAsync(request, JsonLines, ct);
    }

    /// <summary><c>GET /v1/jobs/{id}/predictions</c> as a file.</summary>
    /// <returns>A stream that the caller disposes; it fails when the server breaks off before the end.</returns>
    public Task<Stream> OpenExportAsync(Guid id, ExportSettings export, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(export);
        string to = export.To is { } end ? FormattableString.Invariant($"&to={end}") : "";
        string query = FormattableString.Invariant($"?format={export.Format}&compression={export.Compression}&input={(export.Input ? "true" : "false")}&from={export.From}{to}");
        return OpenAsync(new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{id}/predictions{query}"), null, ct);
    }

    /// <summary><c>GET /v1/jobs/{id}/corpus</c>: where the job's records stand, from one at or before an ordinal on.</summary>
    public Task<JobCorpus> GetJobCorpusAsync(Guid id, long ordinal = 0, CancellationToken ct = default) =>
        GetAsync<JobCorpus>(FormattableString.Invariant($"v1/jobs/{id}/corpus?ordinal={ordinal}"), ct);

    /// <summary>The lines of <see cref="OpenPredictionsAsync"/>, read one by one.</summary>
    public async IAsyncEnumerable<PredictionLine> ReadPredictionsAsync(Guid id, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var stream = await OpenPredictionsAsync(id, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var lines = JsonSerializer.DeserializeAsyncEnumerable<PredictionLine>(stream, topLevelValues: true, ApiJson.Options, ct);
            await foreach (var line in lines.ConfigureAwait(false))
                if (line is not null) yield return line;
        }
    }

    /// <summary><c>GET /v1/jobs/{id}/errors</c>: one page of error rows, in input order.</summary>
    public Task<Page<ErrorLine>> ListErrorsAsync(Guid id, string? cursor = null, int? limit = null, CancellationToken ct = default) =>
        GetAsync<Page<ErrorLine>>($"v1/jobs/{id}/errors" + Query(cursor, limit), ct);

    /// <summary><c>GET /v1/models</c>.</summary>
    public Task<Page<ModelResource>> ListModelsAsync(CancellationToken ct = default) => GetAsync<Page<ModelResource>>("v1/models", ct);

    /// <summary><c>POST /v1/predictions/lookup</c>: up to 10,000 stored predictions; nothing is computed.</summary>
    public async Task<LookupResponse> LookupAsync(LookupRequest lookup, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/predictions/lookup")
        {
            Content = JsonContent.Create(lookup, options: ApiJson.Options),
        };
        return await ReadAsync<LookupResponse>(request, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsHttp) _http.Dispose();
    }

    /// <summary>The API's name of a format.</summary>
    public static string FormatName(RecordFormat format) => JsonSerializer.Serialize(format, ApiJson.Options).Trim('"');

    private static string Query(string? cursor, int? limit) => (cursor, limit) switch
    {
        (null, null) => "",
        (null, _) => $"?limit={limit}",
        (_, null) => $"?cursor={Uri.EscapeDataString(cursor)}",
        _ => $"?limit={limit}&cursor={Uri.EscapeDataString(cursor)}",
    };

    private async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await ReadAsync<T>(request, ct).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, ct).ConfigureAwait(false) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new BatchInferApiException(
                $"The answer to {request.Method} {request.RequestUri} is not what a BatchInfer server sends. Is the address right?", e);
        }
    }

    private async Task<Stream> OpenAsync(HttpRequestMessage request, string? mediaType, CancellationToken ct)
    {
        using (request)
        {
            var response = await SendAsync(request, ct).ConfigureAwait(false);
            string? actual = response.Content.Headers.ContentType?.MediaType;
            if (mediaType is not null && actual != mediaType)
            {
                response.Dispose();
                throw new BatchInferApiException($"The server answered with {actual ?? "an unnamed type"} where {mediaType} was asked for.");
            }

            // Disposing the stream ends the response: it holds nothing else.
            return await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return response;
        using (response)
            throw await ProblemReader.ReadAsync(response, ct).ConfigureAwait(false);
    }
}
