using System.Net.Http.Json;

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
}
