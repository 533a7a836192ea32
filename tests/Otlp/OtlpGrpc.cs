using Grpc.Core;

namespace BatchInfer.Tests.Otlp;

/// <summary>The receiver's three services over gRPC.</summary>
internal static class OtlpGrpc
{
    internal sealed class Traces(ReceivedTelemetry received) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            received.Add(request);
            return Task.FromResult(new ExportTraceServiceResponse());
        }
    }

    internal sealed class Metrics(ReceivedTelemetry received) : MetricsService.MetricsServiceBase
    {
        public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
        {
            received.Add(request);
            return Task.FromResult(new ExportMetricsServiceResponse());
        }
    }

    internal sealed class Logs(ReceivedTelemetry received) : LogsService.LogsServiceBase
    {
        public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
        {
            received.Add(request);
            return Task.FromResult(new ExportLogsServiceResponse());
        }
    }
}
