using System.Net;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

public sealed class ApiTests(EmbeddedApi api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenApi_describes_every_route()
    {
        using var document = JsonDocument.Parse(await api.Http.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), Ct));
        var described = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "DELETE /v1/files/{id}", "DELETE /v1/jobs/{id}", "DELETE /v1/views/{name}", "GET /v1/backlog", "GET /v1/blobs/{sha256}", "GET /v1/diff",
                "GET /v1/doctor", "GET /v1/doctor/results", "GET /v1/files",
                "GET /v1/files/{id}", "GET /v1/files/{id}/content", "GET /v1/jobs", "GET /v1/jobs/{id}", "GET /v1/jobs/{id}/corpus",
                "GET /v1/jobs/{id}/errors", "GET /v1/jobs/{id}/predictions", "GET /v1/jobs/{id}/timeline", "GET /v1/manifests", "GET /v1/models",
                "GET /v1/models/{id}", "GET /v1/models/{name}/manifest", "GET /v1/predictions", "GET /v1/predictions/history", "GET /v1/predictions/{key}",
                "GET /v1/storage", "GET /v1/views", "GET /v1/workers", "PATCH /v1/jobs/{id}", "POST /v1/doctor", "POST /v1/files", "POST /v1/jobs",
                "POST /v1/jobs/{id}/cancel", "POST /v1/jobs/{id}/pause", "POST /v1/jobs/{id}/resume", "POST /v1/jobs/{id}/retry",
                "POST /v1/models/{name}/promote", "POST /v1/predictions/history", "POST /v1/predictions/lookup", "POST /v1/retention", "PUT /v1/views/{name}",
            ],
            described);
    }

    [Fact]
    public async Task The_model_is_described()
    {
        var model = Assert.Single((await api.Client.ListModelsAsync(Ct)).Data);
        Assert.Equal(("sentiment", "text-classification", 1), (model.Id, model.DefaultTask, model.Workers));
        Assert.Equal(["NEGATIVE", "POSITIVE"], model.Labels);
        Assert.Equal(["text-classification"], model.Tasks.Keys);
        Assert.True(model.ContextLength > 0 && model.SizeBytes > 0);
    }

    [Theory]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    public async Task It_is_healthy(string path) => Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(path, Ct)).StatusCode);

    [Fact]
    public async Task What_no_endpoint_takes_is_a_problem_too()
    {
        await EmbeddedApi.ProblemAsync(await api.GetAsync("v1/nothing", Ct), HttpStatusCode.NotFound, Ct);
        await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/models", "{}", Ct), HttpStatusCode.MethodNotAllowed, Ct);
        using var text = new StringContent("a");
        await EmbeddedApi.ProblemAsync(await api.Http.PostAsync(new Uri("v1/jobs", UriKind.Relative), text, Ct), HttpStatusCode.UnsupportedMediaType, Ct);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_cancelled_job_stops_and_keeps_what_it_has()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await api.Client.SubmitAsync(GeneratedCorpus.Jsonl(40_000), "cancelled.jsonl", new JobRequest { Model = "sentiment", IdField = "id", Priority = 1 }, ct);
        await api.Client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);
        await api.Client.CancelJobAsync(job.Id, ct);
        var cancelled = await api.Client.UntilAsync(job.Id, j => j.Status == JobStatus.Cancelled, ct);

        Assert.InRange(cancelled.Counts.Computed + cancelled.Counts.Cached, 1, 39_999);
        Assert.NotNull(cancelled.FinishedAt);
        var kept = new List<PredictionLine>();
        await foreach (var line in api.Client.ReadPredictionsAsync(job.Id, ct)) kept.Add(line);
        Assert.InRange(kept.Count, (int)(cancelled.Counts.Computed + cancelled.Counts.Cached), 39_999);

        // Asking again changes nothing; a job that is over otherwise cannot be cancelled.
        Assert.Equal(JobStatus.Cancelled, (await api.Client.CancelJobAsync(job.Id, ct)).Status);
        var over = await api.PredictAsync("done", "o.txt", new JobRequest(), ct);
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<BatchInferApiException>(() => api.Client.CancelJobAsync(over.Id, ct))).Status);
    }
}
