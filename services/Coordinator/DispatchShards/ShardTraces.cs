using System.Diagnostics;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// Which trace a shard's work goes to, decided where it is sent and by its number, so that every attempt is decided alike. The
/// first shards of a job are below the job's own span. A huge job's others would make a trace that lives for hours and that no
/// viewer opens: a share of them have a trace each, with a link to the job's.
/// </summary>
internal sealed class ShardTraces(IOptions<TracingOptions> options)
{
    /// <summary>Whether the shard is part of its job's trace.</summary>
    public bool IsInJobTrace(Shard shard) => shard.Number < options.Value.ShardsInJobTrace;

    /// <summary>Begins a trace of the shard's own; null when it is to have none.</summary>
    public Activity? StartOwn(Job job, Shard shard)
    {
        // Whatever is current would become its parent.
        Activity.Current = null;
        if ((shard.Number - options.Value.ShardsInJobTrace) % options.Value.OneShardIn != 0) return null;
        if (!ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out var origin) || !origin.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)) return null;
        var span = Telemetry.Source.StartActivity(ActivityKind.Internal, name: "shard", links: [new ActivityLink(origin)]);
        span?.SetTag("batchinfer.job.id", job.Id);
        span?.SetTag("batchinfer.shard.number", shard.Number);
        return span;
    }
}
