using System.Diagnostics;
using OpenTelemetry.Trace;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// A trace begins with a request or with work of our own. A query of a loop that looks for work, a heartbeat, and a shard that was
/// not sampled where it was sent begin none: they would outnumber what anyone looks at.
/// </summary>
internal sealed class TraceRoots : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(samplingParameters.Kind is ActivityKind.Server or ActivityKind.Internal ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
}
