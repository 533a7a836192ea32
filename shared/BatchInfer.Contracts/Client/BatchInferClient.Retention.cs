using System.Net.Http.Json;

namespace BatchInfer.Contracts;

/// <summary>What is stored, and what shall go.</summary>
public sealed partial class BatchInferClient
{
    /// <summary><c>DELETE /v1/jobs/{id}</c>: an ended job with its records; its predictions stay.</summary>
    public async Task DeleteJobAsync(Guid id, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"v1/jobs/{id}");
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/retention</c>: one step; ask again with the answer's cursor until there is none.</summary>
    public async Task<RetentionStep> RetainAsync(RetentionRequest retention, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/retention") { Content = JsonContent.Create(retention, options: ApiJson.Options) };
        return await ReadAsync<RetentionStep>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/storage</c>.</summary>
    public Task<StorageResource> GetStorageAsync(CancellationToken ct = default) => GetAsync<StorageResource>("v1/storage", ct);

    /// <summary><c>GET /v1/views</c>: the views and tables made of stored predictions.</summary>
    public Task<Page<ViewResource>> ListViewsAsync(CancellationToken ct = default) => GetAsync<Page<ViewResource>>("v1/views", ct);

    /// <summary><c>PUT /v1/views/{name}</c>: makes a view or a table, or replaces one made so.</summary>
    public async Task<ViewResource> PutViewAsync(string name, ViewRequest view, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var request = new HttpRequestMessage(HttpMethod.Put, "v1/views/" + Uri.EscapeDataString(name)) { Content = JsonContent.Create(view, options: ApiJson.Options) };
        return await ReadAsync<ViewResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>DELETE /v1/views/{name}</c>.</summary>
    public async Task DeleteViewAsync(string name, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "v1/views/" + Uri.EscapeDataString(name));
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
    }
}
