using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

[assembly: AssemblyFixture(typeof(BatchInfer.IntegrationTests.Api.EmbeddedApi))]

namespace BatchInfer.IntegrationTests.Api;

/// <summary>The whole product in this process with the sample model, spoken to over HTTP only. Tests share it, so each makes corpora of its own.</summary>
public sealed class EmbeddedApi : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private StandaloneHost? _host;

    public HttpClient Http { get; } = new();

    internal BatchInferClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await StandaloneHost.StartAsync(
            new StandaloneSettings { DataFolder = _folder["data"], ModelsFolder = Repository.SampleModels, Quiet = true }, TestContext.Current.CancellationToken);
        Http.BaseAddress = _host.BaseAddress;
        Client = new BatchInferClient(_host.BaseAddress);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Uploads some bytes under a name.</summary>
    public Task<HttpResponseMessage> UploadAsync(byte[] content, string filename, CancellationToken ct)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", filename } };
        return Http.PostAsync(new Uri("v1/files", UriKind.Relative), form, ct);
    }

    /// <summary>Uploads a corpus, predicts it with the sample model and waits for the end.</summary>
    internal async Task<JobResource> PredictAsync(string corpus, string filename, JobRequest request, CancellationToken ct)
    {
        var job = await Client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes(corpus)), filename, request with { Model = "sentiment" }, ct);
        return await Client.CompletedAsync(job.Id, ct);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return Http.SendAsync(request, ct);
    }

    public Task<HttpResponseMessage> GetAsync(string path, CancellationToken ct) => Http.GetAsync(new Uri(path, UriKind.Relative), ct);

    /// <summary>Reads an answer that must be a problem document (RFC 9457).</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, CancellationToken ct)
    {
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct)).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("detail").GetString()));
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("code").GetString()));
        return problem;
    }
}
