namespace BatchInfer.Coordinator.Data;

/// <summary>A worker and one model revision it serves: alive while its last heartbeat is recent, by the ticks of <see cref="LeaseClock"/>.</summary>
internal sealed class KnownWorker
{
    public required string Worker { get; init; }
    public required string Revision { get; init; }
    public required string Host { get; init; }
    public DateTimeOffset SeenAt { get; init; }
    public long SeenTick { get; init; }

    /// <summary>Memory of its process at that heartbeat, where it said so.</summary>
    public long? MemoryBytes { get; init; }
}
