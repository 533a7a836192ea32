using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchInfer.Tests.Otlp;

/// <summary>A receiver of OTLP, as a collector has: over gRPC, or over HTTP with protobuf.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    public const string Grpc = "grpc", HttpProtobuf = "http/protobuf";

    private readonly WebApplication _app;
    private readonly string _protocol;

    private OtlpReceiver(WebApplication app, string protocol) => (_app, _protocol) = (app, protocol);

    /// <summary>Settings that make a service send here soon.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = _protocol,
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        // On a machine that is busy with other things nothing may be lost; what could not be sent is sent again.
        ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "120000",
        ["OTEL_BSP_EXPORT_TIMEOUT"] = "120000",
        ["OTEL_BSP_MAX_QUEUE_SIZE"] = "50000",
        ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
    };

    public required ReceivedTelemetry Received { get; init; }

    public static async Task<OtlpReceiver> StartAsync(string protocol, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Without TLS a port speaks one version of HTTP.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // A sender that waits for a processor is slow, not gone.
            (kestrel.Limits.MinRequestBodyDataRate, kestrel.Limits.MinResponseDataRate) = (null, null);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol == Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 64 << 20);
        var received = new ReceivedTelemetry();
        builder.Services.AddSingleton(received);
        var receiver = new OtlpReceiver(builder.Build(), protocol) { Received = received };
        receiver._app.MapGrpcService<OtlpGrpc.Traces>();
        receiver._app.MapGrpcService<OtlpGrpc.Metrics>();
        receiver._app.MapGrpcService<OtlpGrpc.Logs>();
        receiver._app.MapPost("/v1/traces", (HttpRequest request) => ReceiveAsync(request, ExportTraceServiceRequest.Parser, received.Add));
        receiver._app.MapPost("/v1/metrics", (HttpRequest request) => ReceiveAsync(request, ExportMetricsServiceRequest.Parser, received.Add));
        receiver._app.MapPost("/v1/logs", (HttpRequest request) => ReceiveAsync(request, ExportLogsServiceRequest.Parser, received.Add));
        await receiver._app.StartAsync(ct);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<IResult> ReceiveAsync<T>(HttpRequest request, MessageParser<T> parser, Action<T> add)
        where T : IMessage<T>
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        add(parser.ParseFrom(body.ToArray()));
        // An empty response message has no bytes.
        return TypedResults.Bytes([], "application/x-protobuf");
    }
}
