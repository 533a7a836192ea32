using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>This part has lookups, and lists and jobs as streams: pages and repeated questions are the client's affair.</summary>
public sealed partial class BatchInferClient
{
    /// <summary>Inputs in one question of <see cref="LookupAsync(LookupRequest, IAsyncEnumerable{JsonNode}, CancellationToken)"/>: enough that the round trip does not count, few enough that the first answers come at once.</summary>
    private const int LookupBatch = 1000;

    /// <summary>Characters of the longest address that is asked for. Servers take more, proxies between them and us often no more than 8 KB for all headers.</summary>
    private const int LongestAddress = 4096;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(40), LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary><c>GET /v1/predictions</c>: the stored prediction of one input, or null; nothing is computed. An input that is too long for an address is asked for by <c>POST /v1/predictions/lookup</c>.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="input">The text.</param>
    /// <param name="inputPair">The second text of a pair.</param>
    /// <param name="task">Task; the model's default one when null.</param>
    /// <param name="parameters">Parameters; the model's defaults where absent.</param>
    /// <param name="ct">Ends the call.</param>
    public Task<LookupResult?> FindAsync(
        string model, string input, string? inputPair = null, string? task = null, JsonObject? parameters = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        string address = "v1/predictions" + Question(model, input, inputPair, task, parameters);
        if (address.Length <= LongestAddress) return FindOrNullAsync(address, ct);
        JsonNode asked = inputPair is null ? JsonValue.Create(input) : new JsonArray(input, inputPair);
        return FindOneAsync(new LookupRequest { Model = model, Task = task, Parameters = parameters, Inputs = new JsonArray(asked) }, ct);
    }

    /// <summary><c>GET /v1/predictions</c>: the prediction of a job's record by its custom id, or null.</summary>
    public Task<LookupResult?> FindAsync(Guid jobId, string customId, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(customId);
        string address = "v1/predictions" + Query(("job_id", jobId.ToString()), ("custom_id", customId));
        return address.Length <= LongestAddress ? FindOrNullAsync(address, ct) : FindOneAsync(new LookupRequest { JobId = jobId, CustomIds = [customId] }, ct);
    }

    /// <summary><c>GET /v1/predictions/{key}</c>: a prediction by its key, or null.</summary>
    public Task<LookupResult?> FindAsync(Guid key, CancellationToken ct = default) => FindOrNullAsync($"v1/predictions/{key}", ct);

    /// <summary>Looks any number of inputs up, a thousand in a call: one result for each, in their order, the first ones before the last are read.</summary>
    /// <param name="lookup">Model, task and parameters.</param>
    /// <param name="inputs">Texts, each a string or a pair <c>[text, text_pair]</c>.</param>
    /// <param name="ct">Ends the stream.</param>
    public async IAsyncEnumerable<LookupResult> LookupAsync(
        LookupRequest lookup, IAsyncEnumerable<JsonNode> inputs, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        await foreach (var batch in inputs.Chunk(LookupBatch).WithCancellation(ct).ConfigureAwait(false))
        {
            var answer = await LookupAsync(lookup with { Inputs = new JsonArray([.. batch]) }, ct).ConfigureAwait(false);
            // What the name stands for may change between two questions; the answers are of one revision all the same.
            if (lookup.Model is { } model && answer.Data is [{ Revision: { } revision }, ..] && ModelReference.Parse(model).Revision is null)
                lookup = lookup with { Model = $"{model}@{revision}" };
            foreach (var result in answer.Data) yield return result;
        }
    }

    /// <summary>Jobs, newest first.</summary>
    /// <param name="limit">Jobs at most.</param>
    /// <param name="ct">Ends the stream.</param>
    public IAsyncEnumerable<JobResource> ReadJobsAsync(long limit = long.MaxValue, CancellationToken ct = default) =>
        Pages.ReadAsync((cursor, n) => ListJobsAsync(cursor, n, ct), limit, ct);

    /// <summary>Stored corpora.</summary>
    /// <param name="limit">Files at most.</param>
    /// <param name="ct">Ends the stream.</param>
    public IAsyncEnumerable<FileResource> ReadFilesAsync(long limit = long.MaxValue, CancellationToken ct = default) =>
        Pages.ReadAsync((cursor, n) => ListFilesAsync(cursor, n, ct), limit, ct);

    /// <summary>Error rows of a job, in input order.</summary>
    /// <param name="id">The job.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="ct">Ends the stream.</param>
    public IAsyncEnumerable<ErrorLine> ReadErrorsAsync(Guid id, long limit = long.MaxValue, CancellationToken ct = default) =>
        Pages.ReadAsync((cursor, n) => ListErrorsAsync(id, cursor, n, ct), limit, ct);

    /// <summary>A job as it stands, again and again until it has ended: often at first, since a small job is done in a moment, then twice a second.</summary>
    /// <param name="job">The job as it was answered last; it comes first.</param>
    /// <param name="time">Clock of the pauses; the system's when null.</param>
    /// <param name="ct">Ends the stream, not the job.</param>
    public async IAsyncEnumerable<JobResource> WatchJobAsync(JobResource job, TimeProvider? time = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        var pause = ShortestPause;
        while (true)
        {
            yield return job;
            if (job.Status.IsFinal()) yield break;
            await Task.Delay(pause, time ?? TimeProvider.System, ct).ConfigureAwait(false);
            pause = pause * 1.4 < LongestPause ? pause * 1.4 : LongestPause;
            job = await GetJobAsync(job.Id, ct).ConfigureAwait(false);
        }
    }

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var query = new System.Text.StringBuilder();
        foreach (var (name, value) in parts)
            if (value is not null) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return query.ToString();
    }

    private static string Question(string model, string input, string? inputPair, string? task, JsonObject? parameters) => Query(
        ("model", model), ("input", input), ("input_pair", inputPair), ("task", task), ("parameters", parameters?.ToJsonString(ApiJson.Options)));

    private async Task<LookupResult?> FindOneAsync(LookupRequest lookup, CancellationToken ct)
    {
        var answer = await LookupAsync(lookup, ct).ConfigureAwait(false);
        return answer.Data is [{ Found: true } found] ? found : null;
    }

    private async Task<LookupResult?> FindOrNullAsync(string path, CancellationToken ct)
    {
        try
        {
            return await GetAsync<LookupResult>(path, ct).ConfigureAwait(false);
        }
        // A miss has a problem's code; a route that is not there has none.
        catch (BatchInferApiException e) when (e is { Status: HttpStatusCode.NotFound, Code: "not_found" })
        {
            return null;
        }
    }
}
