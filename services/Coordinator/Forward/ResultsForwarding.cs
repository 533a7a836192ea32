using System.Diagnostics;
using System.Net;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace BatchInfer.Coordinator.Forward;

/// <summary>One base URL for the user: what the results service answers is forwarded, once it is known that the job exists.</summary>
internal static class ResultsForwarding
{
    /// <summary>An export of a huge job streams for hours; this is the longest silence, not the longest answer.</summary>
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromMinutes(5) };

    /// <summary>For an answer that comes whole, at its end: a diff over a rare revision walks through a large store before it can say anything, and a table is written first.</summary>
    private static readonly ForwarderRequestConfig Patient = Config with { ActivityTimeout = TimeSpan.FromHours(6) };

    public static void AddResultsForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ResultsOptions>().Bind(builder.Configuration.GetSection(ResultsOptions.Section));
        builder.Services.AddHttpForwarder();
    }

    /// <summary>Refuses paths below a job that does not exist, wherever they are answered.</summary>
    public static void UseJobExists(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (!IsBelowJob(context.Request.Path, out string id)) await next(context);
        else if (await ExistsAsync(context, id)) await next(context);
        else await Problems.NotFound("job", id).ExecuteAsync(context);
    });

    public static void MapResultsForwarding(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ResultsOptions>>().Value.BaseAddress is not { } results) return;
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false,
            EnableMultipleHttp2Connections = true, ConnectTimeout = TimeSpan.FromSeconds(10),
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        });
        app.Lifetime.ApplicationStopped.Register(client.Dispose);
        string address = results.ToString();

        app.MapGet("/v1/jobs/{id:guid}/predictions", (Delegate)Forward).WithTags("Predictions")
            .WithSummary("A job's predictions in input order: a page, or the whole as JSONL with Accept: application/x-ndjson").Produces<Page<PredictionLine>>();
        app.MapGet("/v1/jobs/{id:guid}/errors", (Delegate)Forward).WithTags("Predictions").WithSummary("A job's error rows").Produces<Page<ErrorLine>>();
        app.MapPost("/v1/predictions/lookup", (Delegate)Forward).WithTags("Predictions").WithSummary("Look up stored predictions, up to 10,000 a call")
            .Accepts<LookupRequest>("application/json").Produces<LookupResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        app.MapGet("/v1/predictions", (Delegate)Forward).WithTags("Predictions").WithSummary("Look up one stored prediction")
            .Produces<LookupResult>().ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/v1/predictions/{key:guid}", (Delegate)Forward).WithTags("Predictions").WithSummary("Read one stored prediction by its key")
            .Produces<LookupResult>().ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/v1/diff", (Delegate)ForwardPatiently).WithTags("Models").WithSummary("How the stored predictions of two revisions differ").Produces<DiffResource>();
        app.MapGet("/v1/predictions/history", (Delegate)Forward).WithTags("Predictions").WithSummary("What each revision of a model answered to an input").Produces<LookupResponse>();
        app.MapPost("/v1/predictions/history", (Delegate)Forward).WithTags("Predictions").WithSummary("What each revision of a model answered to an input that is too long for an address")
            .Accepts<HistoryRequest>("application/json").Produces<LookupResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        app.MapGet("/v1/views", (Delegate)Forward).WithTags("Views").WithSummary("Views and tables made of stored predictions").Produces<Page<ViewResource>>();
        app.MapPut("/v1/views/{name}", (Delegate)ForwardPatiently).WithTags("Views").WithSummary("Make a view or a table of a job or a model, or replace one made so")
            .Accepts<ViewRequest>("application/json").Produces<ViewResource>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        app.MapDelete("/v1/views/{name}", (Delegate)Forward).WithTags("Views").WithSummary("Remove a view or a table made of stored predictions")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/v1/storage", (Delegate)Forward).WithTags("Retention").WithSummary("What takes how much room").Produces<StorageResource>();

        app.MapGet("/v1/doctor/results", (Delegate)Forward).WithTags("Operations").WithSummary("What the results service finds when it looks at its part of the installation").Produces<DoctorResource>();

        // A Delegate, not a RequestDelegate: only then do the routes take descriptions for the OpenAPI document.
        Task Forward(HttpContext context) => ForwardAsync(context, Config);

        Task ForwardPatiently(HttpContext context) => ForwardAsync(context, Patient);

        async Task ForwardAsync(HttpContext context, ForwarderRequestConfig config)
        {
            var error = await forwarder.SendAsync(context, address, client, config);
            if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
            context.Response.Clear();
            await Problems.Create(StatusCodes.Status503ServiceUnavailable, "results_unavailable",
                "The results service does not answer now. Nothing is lost; try again.", null).ExecuteAsync(context);
        }
    }

    private static bool IsBelowJob(PathString path, out string id)
    {
        id = "";
        if (!path.StartsWithSegments("/v1/jobs", StringComparison.OrdinalIgnoreCase, out var rest) || rest.Value is not { Length: > 1 } value) return false;
        string[] parts = value[1..].Split('/');
        id = parts[0];
        return parts.Length == 2 && parts[1] is "predictions" or "errors";
    }

    private static async Task<bool> ExistsAsync(HttpContext context, string id)
    {
        if (!Guid.TryParse(id, out var jobId)) return false;
        await using var tables = await context.RequestServices.GetRequiredService<CoordinatorDatabase>().OpenAsync(context.RequestAborted);
        return await tables.Jobs.AnyAsync(j => j.Id == jobId, context.RequestAborted);
    }
}
