namespace BatchInfer.Contracts;

/// <summary>
/// Event, worker → coordinator and results: a worker is alive and serves these models. Sent at start, then as a heartbeat;
/// a worker not heard of for a while counts as gone.
/// </summary>
/// <param name="Worker">Id of the worker, unique per process.</param>
/// <param name="Host">Machine name.</param>
/// <param name="Models">Models it serves.</param>
/// <param name="ShardsInHand">Shards it works on; their leases are renewed.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="Leaving">True when the worker stops in order.</param>
/// <param name="MemoryBytes">Memory of its process, or null.</param>
/// <param name="OnlyWaits">True when all shards in hand wait for what other shards compute: what is behind them in the queue is not late for their work.</param>
/// <param name="Progress">How far each of <paramref name="ShardsInHand"/> is, in their order; null from a worker that does not say.</param>
public sealed record WorkerAnnounced(
    string Worker, string Host, IReadOnlyList<ModelDescriptor> Models, IReadOnlyList<ShardId> ShardsInHand, DateTimeOffset SentAt, bool Leaving,
    long? MemoryBytes = null, bool OnlyWaits = false, IReadOnlyList<ShardProgress>? Progress = null);

/// <summary>How far a shard in hand is.</summary>
/// <param name="Records">Records answered so far: predicted, found stored, or refused.</param>
/// <param name="Tokens">Tokens of those predicted.</param>
public readonly record struct ShardProgress(int Records, long Tokens);

/// <summary>What a model is and can do, read from its files.</summary>
/// <param name="Name">Name a job uses, e.g. <c>sentiment</c> or <c>sentiment:quantized</c>.</param>
/// <param name="Revision">SHA-256 of its files, 64 hex digits.</param>
/// <param name="Architecture">E.g. <c>BertForSequenceClassification</c>.</param>
/// <param name="DefaultTask">The task when a job names none.</param>
/// <param name="Tasks">Tasks it can do, each with its default parameters as canonical JSON.</param>
/// <param name="ContextLength">Longest input in tokens.</param>
/// <param name="Labels">Labels in the order of the logits; empty without a classifier.</param>
/// <param name="SizeBytes">Bytes of its graph and weights.</param>
/// <param name="Prompts">Prefixes that an embedder was trained with, by name; null without any.</param>
public sealed record ModelDescriptor(
    string Name, string Revision, string Architecture, string DefaultTask, IReadOnlyDictionary<string, string> Tasks,
    int ContextLength, IReadOnlyList<string> Labels, long SizeBytes, IReadOnlyDictionary<string, string>? Prompts = null);
