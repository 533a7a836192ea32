using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>Settings of a worker, section <c>Worker</c>.</summary>
internal sealed class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>Shards of one model in hand at once: while one ends, the other keeps the cores busy.</summary>
    [Range(1, 64)] public int ConcurrentShards { get; set; } = 2;

    /// <summary>Seconds between heartbeats: at most a third of the coordinator's lease, which they prolong.</summary>
    [Range(1, 60)] public int HeartbeatSeconds { get; set; } = 5;

    /// <summary>Records in one message to the results service at most.</summary>
    [Range(1, 100_000)] public int ChunkRecords { get; set; } = 1000;

    /// <summary>Bytes of text and output in one such message, about.</summary>
    [Range(1024, 64 << 20)] public int ChunkBytes { get; set; } = 256 * 1024;
}

[OptionsValidator]
internal sealed partial class WorkerOptionsValidator : IValidateOptions<WorkerOptions>;
