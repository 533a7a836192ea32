namespace BatchInfer.Coordinator.Retain;

/// <summary>What a retention is about.</summary>
internal sealed record RetentionScope
{
    /// <summary>Only these revisions; null for all.</summary>
    public IReadOnlyList<string>? Revisions { get; init; }

    /// <summary>Not these.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>Whether jobs are deleted.</summary>
    public bool Jobs { get; init; }

    /// <summary>Whether predictions are deleted.</summary>
    public bool Predictions { get; init; }

    /// <summary>Only jobs that ended earlier; null for all.</summary>
    public DateTimeOffset? JobsBefore { get; init; }

    /// <summary>Only predictions that were stored earlier; null for all.</summary>
    public DateTimeOffset? PredictionsBefore { get; init; }

    /// <summary>Counts only.</summary>
    public bool DryRun { get; init; }
}
