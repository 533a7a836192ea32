using System.Net.Http.Json;

namespace BatchInfer.Contracts;

/// <content>Calls of whoever runs an installation.</content>
public sealed partial class BatchInferClient
{
    /// <summary><c>GET /v1/doctor</c>: what the coordinator finds when it looks at itself, its servers and its workers.</summary>
    public Task<DoctorResource> DiagnoseAsync(CancellationToken ct = default) => GetAsync<DoctorResource>("v1/doctor", ct);

    /// <summary><c>POST /v1/doctor</c>: the same, and whether coordinator and workers can read a corpus.</summary>
    public async Task<DoctorResource> DiagnoseAsync(DoctorRequest look, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/doctor") { Content = JsonContent.Create(look, options: ApiJson.Options) };
        return await ReadAsync<DoctorResource>(request, ct).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/doctor/results</c>: the same of the results service.</summary>
    public Task<DoctorResource> DiagnoseResultsAsync(CancellationToken ct = default) => GetAsync<DoctorResource>("v1/doctor/results", ct);

    /// <summary><c>GET /v1/backlog</c>: what waits for workers of a model and its variants, or of all models.</summary>
    public Task<BacklogResource> GetBacklogAsync(string? model = null, CancellationToken ct = default) =>
        GetAsync<BacklogResource>("v1/backlog" + (model is null ? "" : "?model=" + Uri.EscapeDataString(model)), ct);
}
