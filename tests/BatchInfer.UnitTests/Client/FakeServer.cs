using System.Collections.Concurrent;
using BatchInfer.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchInfer.UnitTests.Client;

/// <summary>A real HTTP server on a free port that records requests and gives canned answers.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<RecordedRequest, HttpContext, Task>> _answers = new(StringComparer.Ordinal);

    private FakeServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeServer> StartAsync()
    {
        var server = new FakeServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Answers a route, e.g. <c>GET /v1/jobs</c>, with an object as the API writes it.</summary>
    public FakeServer On(string route, object answer, int status = 200) => On(route, _ => answer, status);

    public FakeServer On(string route, Func<RecordedRequest, object> answer, int status = 200) =>
        OnRaw(route, (request, http) =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsJsonAsync(answer(request), ApiJson.Options, http.RequestAborted);
        });

    public FakeServer OnRaw(string route, Func<RecordedRequest, HttpContext, Task> answer)
    {
        _answers[route] = answer;
        return this;
    }

    public FakeServer OnLines(string route, string lines) => OnRaw(route, (_, http) =>
    {
        http.Response.ContentType = BatchInferClient.JsonLines;
        return http.Response.WriteAsync(lines, http.RequestAborted);
    });

    public FakeServer OnProblem(string route, int status, string code, string? field, string detail) => OnRaw(route, (_, http) =>
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(
            new { type = $"urn:batchinfer:problem:{code}", title = "t", status, detail, code, field }, ApiJson.Options, "application/problem+json", http.RequestAborted);
    });

    public RecordedRequest Single(string route) => Assert.Single(Requests, r => r.Route == route);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        string body = await reader.ReadToEndAsync(http.RequestAborted);
        var headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new RecordedRequest(http.Request.Method, http.Request.Path, http.Request.QueryString.Value ?? "", headers, body);
        Requests.Enqueue(request);
        if (_answers.TryGetValue(request.Route, out var answer)) await answer(request, http);
        else http.Response.StatusCode = 404;
    }
}
