namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>What hearing of a stored shard came to.</summary>
internal enum PersistedEffect
{
    /// <summary>Nothing: it was counted before, or is not known.</summary>
    None,

    /// <summary>It was counted.</summary>
    Counted,

    /// <summary>It was counted, and its errors stopped the job: workers should hear of it.</summary>
    Stopped,
}
