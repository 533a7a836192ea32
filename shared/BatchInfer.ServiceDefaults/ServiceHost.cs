using BatchInfer.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace BatchInfer.ServiceDefaults;

/// <summary>What every service's host has: telemetry, health endpoints, the API's JSON and problem details.</summary>
public static class ServiceHost
{
    /// <summary>A builder whose settings are read once, from the environment and <c>appsettings.json</c>.</summary>
    /// <param name="args">The process's arguments; with <c>--probe</c> alone it only asks the service beside it whether it is ready, and ends.</param>
    // To notice a changed appsettings.json the default watches everything below the current folder: each file that a database
    // or a log writes there costs every service time.
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        HealthProbe.RunIfAsked(args);
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        builder.Services.AddHostedService<StopGuard>();
        return builder;
    }

    /// <summary>Adds the defaults.</summary>
    /// <param name="builder">Builder.</param>
    /// <param name="service">Name in telemetry, e.g. <c>batchinfer-worker</c>.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Four lines for each request are for who asks for them; a setting of one's own outweighs this one.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [KeyValuePair.Create("Logging:LogLevel:Microsoft.AspNetCore", (string?)nameof(LogLevel.Warning))],
        });
        builder.AddTelemetry(service);
        builder.AddManagementPort();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.Configure<KestrelServerOptions>(AddressLimits.Apply);
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = FrameworkProblems.Complete);
        builder.Services.AddExceptionHandler<BadRequests>();
        builder.Services.AddExceptionHandler<StorageFull>();
        builder.Services.AddExceptionHandler<UnstorableText>();
        builder.Services.AddExceptionHandler<DatabaseAway>();
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(o => ApiJson.Configure(o.SerializerOptions));
        // Here and nowhere else: the DTOs' comments, which it takes into the document, are in Contracts.
        builder.Services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            (document.Info.Title, document.Info.Description) = ("BatchInfer", "Bulk jobs over corpora, and the predictions they stored.");
            return Task.CompletedTask;
        }));
        return builder;
    }

    /// <summary>Maps <c>/health/live</c> (the process runs) and <c>/health/ready</c> (what it needs is there), <c>/openapi/v1.json</c>, <c>/metrics</c> where asked for, and the error pages.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAddressLimit();
        app.UseManagementPort();
        app.MapOpenApi();
        if (app.Configuration.IsScraped()) app.MapPrometheusScrapingEndpoint().OnManagementPort();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).OnManagementPort(elsewhereToo: true);
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).OnManagementPort();
        return app;
    }

    private static Task WriteAsync(HttpContext context, Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString(), e.Value.Description }),
        });
}
