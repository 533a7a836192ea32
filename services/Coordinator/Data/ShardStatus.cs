namespace BatchInfer.Coordinator.Data;

/// <summary>States of a shard; docs/state-machine.md has the transitions.</summary>
internal enum ShardStatus
{
    /// <summary>Waits for its turn.</summary>
    Pending,

    /// <summary>In a queue or a worker's hand; its lease says until when that is believed.</summary>
    Dispatched,

    /// <summary>Every record is stored.</summary>
    Persisted,

    /// <summary>Cut into shards of fewer records, which stand in its place.</summary>
    Split,

    /// <summary>Dropped: its job was cancelled or failed.</summary>
    Discarded,
}
