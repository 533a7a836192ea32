using System.Threading.Channels;

namespace BatchInfer.Tests.Otlp;

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

    /// <summary>Reads spans until there are enough; they come in the order in which those of a process ended.</summary>
    public async Task<List<ReceivedSpan>> SpansUntilAsync(Predicate<List<ReceivedSpan>> enough, CancellationToken ct)
    {
        var spans = new List<ReceivedSpan>();
        while (!enough(spans))
        {
            var span = await Spans.ReadAsync(ct);
            // Sent again, where the answer to the first time was late.
            if (spans.Exists(s => s.SpanId == span.SpanId)) continue;
            spans.Add(span);
            TestContext.Current.TestOutputHelper?.WriteLine($"{span.Service} {span.Name} {span.Attribute("batchinfer.job.id")}");
        }

        return spans;
    }

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
