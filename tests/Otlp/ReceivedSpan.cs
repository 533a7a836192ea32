using System.Globalization;

namespace BatchInfer.Tests.Otlp;

/// <summary>
/// A span as it came over the wire; its links are the ids of other traces, its error is what its status says where that is one, its
/// exceptions are the messages of those recorded on it.
/// </summary>
internal sealed record ReceivedSpan(
    string TraceId, string SpanId, string ParentId, string Name, string Service, ulong Start, ulong End, IReadOnlyList<string> Links,
    IReadOnlyDictionary<string, string> Attributes, string? Error, IReadOnlyList<string> Exceptions)
{
    private const int ErrorStatus = 2;

    public string? Attribute(string name) => Attributes.GetValueOrDefault(name);

    public long Number(string name) => long.Parse(Attributes.GetValueOrDefault(name, "0"), CultureInfo.InvariantCulture);

    public static IEnumerable<ReceivedSpan> Of(ExportTraceServiceRequest request) =>
        from resource in request.ResourceSpans
        let service = ReadAttributes(resource.Resource.Attributes).GetValueOrDefault("service.name", "")
        from scope in resource.ScopeSpans
        from span in scope.Spans
        select new ReceivedSpan(
            Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId), span.Name, service, span.StartTimeUnixNano, span.EndTimeUnixNano,
            [.. span.Links.Select(l => Hex(l.TraceId))], ReadAttributes(span.Attributes),
            span.Status is { Code: ErrorStatus } status ? status.Message : null,
            [.. span.Events.Where(e => e.Name == "exception").Select(e => ReadAttributes(e.Attributes)["exception.message"])]);

    public static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    public static Dictionary<string, string> ReadAttributes(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(a => a.Key, a => Text(a.Value), StringComparer.Ordinal);

    public static string Text(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };
}
