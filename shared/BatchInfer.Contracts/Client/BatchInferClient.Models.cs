using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>Revisions of models.</summary>
public sealed partial class BatchInferClient
{
    /// <summary><c>GET /v1/models/{model}</c>: a model by <c>NAME</c> or <c>NAME@REVISION</c>.</summary>
    public Task<ModelResource> GetModelAsync(string model, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return GetAsync<ModelResource>("v1/models/" + Uri.EscapeDataString(model), ct);
    }

    /// <summary><c>POST /v1/models/{name}/promote</c>: from now on the name stands for this revision, in jobs and lookups.</summary>
    public async Task<ModelResource> PromoteModelAsync(string name, string revision, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/models/{Uri.EscapeDataString(name)}/promote")
        {
            Content = JsonContent.Create(new PromoteRequest { Revision = revision }, options: ApiJson.Options),
        };
        return await ReadAsync<ModelResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/diff</c>: how the stored predictions of two revisions differ; nothing is computed.</summary>
    /// <param name="old">One model, <c>NAME</c> or <c>NAME@REVISION</c>.</param>
    /// <param name="new">The other.</param>
    /// <param name="job">Over this job's inputs; null for all inputs that the old one predicted.</param>
    /// <param name="task">Only of this task.</param>
    /// <param name="limit">Inputs looked at, at most.</param>
    /// <param name="worst">Inputs that differ most to show.</param>
    /// <param name="ct">Ends the call.</param>
    public Task<DiffResource> DiffAsync(
        string old, string @new, Guid? job = null, string? task = null, long? limit = null, int? worst = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        string query = $"v1/diff?old={Uri.EscapeDataString(old)}&new={Uri.EscapeDataString(@new)}";
        if (job is not null) query += $"&job_id={job}";
        if (task is not null) query += $"&task={Uri.EscapeDataString(task)}";
        if (limit is not null) query += FormattableString.Invariant($"&limit={limit}");
        if (worst is not null) query += FormattableString.Invariant($"&worst={worst}");
        return GetAsync<DiffResource>(query, ct);
    }

    /// <summary><c>GET /v1/predictions/history</c>: what each revision of a model answered to an input, the latest announced first; by <c>POST</c> where the input is too long for an address.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="input">The text.</param>
    /// <param name="inputPair">The second text of a pair.</param>
    /// <param name="task">Task; the default one of each revision when null.</param>
    /// <param name="parameters">Parameters; the defaults of each revision where absent.</param>
    /// <param name="ct">Ends the call.</param>
    public async Task<LookupResponse> GetHistoryAsync(
        string model, string input, string? inputPair = null, string? task = null, JsonObject? parameters = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        const string Path = "v1/predictions/history";
        string address = Path + Question(model, input, inputPair, task, parameters);
        if (address.Length <= LongestAddress) return await GetAsync<LookupResponse>(address, ct).ConfigureAwait(false);
        var history = new HistoryRequest { Model = model, Input = input, InputPair = inputPair, Task = task, Parameters = parameters };
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(history, options: ApiJson.Options) };
        return await ReadAsync<LookupResponse>(request, ct).ConfigureAwait(false);
    }
}
