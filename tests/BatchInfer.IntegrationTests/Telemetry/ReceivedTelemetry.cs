using System.Threading.Channels;
using BatchInfer.IntegrationTests.Telemetry.Otlp;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>What arrived at a receiver, in the order of arrival, for one reader.</summary>
internal sealed class ReceivedTelemetry
{
    // Unbounded: a test's few thousand spans, and a receiver that waits would hold the services up.
    private readonly Channel<ReceivedSpan> _spans = Channel.CreateUnbounded<ReceivedSpan>();
    private readonly Channel<(string Service, string Metric)> _metrics = Channel.CreateUnbounded<(string, string)>();
    private readonly Channel<(string TraceId, string Body)> _logs = Channel.CreateUnbounded<(string, string)>();

    public ChannelReader<ReceivedSpan> Spans => _spans.Reader;

    public ChannelReader<(string Service, string Metric)> Metrics => _metrics.Reader;

    public ChannelReader<(string TraceId, string Body)> Logs => _logs.Reader;

    public void Add(ExportTraceServiceRequest request)
    {
        foreach (var span in ReceivedSpan.Of(request)) _spans.Writer.TryWrite(span);
    }

    public void Add(ExportMetricsServiceRequest request)
    {
        foreach (var resource in request.ResourceMetrics)
        {
            string service = ReceivedSpan.ReadAttributes(resource.Resource.Attributes).GetValueOrDefault("service.name", "");
            foreach (var metric in resource.ScopeMetrics.SelectMany(s => s.Metrics)) _metrics.Writer.TryWrite((service, metric.Name));
        }
    }

    public void Add(ExportLogsServiceRequest request)
    {
        foreach (var record in request.ResourceLogs.SelectMany(r => r.ScopeLogs).SelectMany(s => s.LogRecords))
            _logs.Writer.TryWrite((ReceivedSpan.Hex(record.TraceId), record.Body is null ? "" : ReceivedSpan.Text(record.Body)));
    }
}
