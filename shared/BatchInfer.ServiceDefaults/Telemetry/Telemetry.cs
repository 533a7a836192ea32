using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// OpenTelemetry: the product's sources and meters. Exported over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and scraped
/// from <c>/metrics</c> where <c>OTEL_METRICS_EXPORTER</c> names <c>prometheus</c>.
/// </summary>
public static class Telemetry
{
    /// <summary>Name of the product's activity source and of its meters' common prefix.</summary>
    public const string Name = "BatchInfer";

    /// <summary>Spans of a job: submit, plan, dispatch, queue wait, infer and its parts, publish, persist, complete.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Meter of one service, e.g. <c>BatchInfer.Worker</c>.</summary>
    public static Meter Meter(string service) => new($"{Name}.{service}");

    /// <summary>Starts a span below a stored <c>traceparent</c>, so that a job's work is one trace across restarts.</summary>
    public static Activity? StartBelow(string? traceParent, string name, ActivityKind kind = ActivityKind.Internal) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Source.StartActivity(name, kind, parent)
            : Source.StartActivity(name, kind);

    /// <summary>Starts a span inside the current one. Without one none is started: what belongs to no recorded trace begins none.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="start">When it began; now unless said.</param>
    public static Activity? StartInside(string name, DateTimeOffset start = default) =>
        Activity.Current is { } current ? Source.StartActivity(name, ActivityKind.Internal, current.Context, startTime: start) : null;

    internal static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        bool otlp = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]), scraped = builder.Configuration.IsScraped();
        bool disabled = string.Equals(builder.Configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);
        // Without a receiver nothing is collected: instruments nobody reads cost start time and memory.
        if (disabled || !(otlp || scraped)) return;

        if (otlp)
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
            });
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService(service, serviceNamespace: "batchinfer", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}"))
            .WithTracing(t =>
            {
                t.AddSource(Name, $"{Name}.*").AddSource("MassTransit").AddNpgsql().AddHttpClientInstrumentation()
                    .AddAspNetCoreInstrumentation(o => o.Filter = context => !IsProbe(context.Request.Path));
                // OTEL_TRACES_SAMPLER is for who wants another share.
                if (string.IsNullOrEmpty(builder.Configuration["OTEL_TRACES_SAMPLER"])) t.SetSampler(new ParentBasedSampler(new TraceRoots()));
            })
            .WithMetrics(m =>
            {
                m.AddMeter($"{Name}.*").AddMeter("MassTransit").AddMeter("Npgsql").AddRuntimeInstrumentation()
                    .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation();
                if (scraped) m.AddPrometheusExporter();
            });
        if (otlp) telemetry.UseOtlpExporter();
    }

    private static bool IsProbe(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments("/metrics", StringComparison.Ordinal);

    internal static bool IsScraped(this IConfiguration configuration) => configuration["OTEL_METRICS_EXPORTER"]
        ?.Split(',', StringSplitOptions.TrimEntries).Contains("prometheus", StringComparer.OrdinalIgnoreCase) == true;
}
