using Google.Protobuf;

namespace BatchInfer.IntegrationTests.Telemetry;

/// <summary>A span as it came over the wire: <c>ExportTraceServiceRequest</c> of opentelemetry-proto.</summary>
internal sealed record ReceivedSpan(string TraceId, string SpanId, string ParentId, string Name, string Service, IReadOnlyDictionary<string, string> Attributes)
{
    public static List<ReceivedSpan> Parse(byte[] request)
    {
        var spans = new List<ReceivedSpan>();
        foreach (var resourceSpans in Messages(request, 1))
        {
            string service = Messages(resourceSpans, 1).Select(Attributed).Select(a => a.GetValueOrDefault("service.name", "")).FirstOrDefault() ?? "";
            foreach (var scopeSpans in Messages(resourceSpans, 2))
                spans.AddRange(Messages(scopeSpans, 2).Select(span => Read(span, service)));
        }

        return spans;

        static Dictionary<string, string> Attributed(byte[] resource) => ReadAttributes(Messages(resource, 1));
    }

    private static ReceivedSpan Read(byte[] span, string service) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(Messages(span, 5).Single()), service, ReadAttributes(Messages(span, 9)));

    private static Dictionary<string, string> ReadAttributes(IEnumerable<byte[]> keyValues) =>
        keyValues.ToDictionary(kv => Text(Messages(kv, 1).Single()), kv => Value(Messages(kv, 2).Single()), StringComparer.Ordinal);

    // AnyValue: string 1, bool 2, int 3, double 4.
    private static string Value(byte[] any)
    {
        var input = new CodedInputStream(any);
        return WireFormat.GetTagFieldNumber(input.ReadTag()) switch
        {
            1 => input.ReadString(),
            2 => input.ReadBool() ? "true" : "false",
            3 => input.ReadInt64().ToString(System.Globalization.CultureInfo.InvariantCulture),
            4 => input.ReadDouble().ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => "",
        };
    }

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Messages(message, field).FirstOrDefault() ?? []);

    private static string Text(byte[] utf8) => System.Text.Encoding.UTF8.GetString(utf8);

    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited) found.Add(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        return found;
    }
}
