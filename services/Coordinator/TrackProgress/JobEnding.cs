using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>How a job ended just now, in a transaction that is not committed yet.</summary>
/// <param name="Job">The job as it was when it ended.</param>
/// <param name="Status">What it ended as.</param>
/// <param name="Reason">Why, for its user; null where it was completed or cancelled.</param>
internal sealed record JobEnding(Job Job, JobStatus Status, string? Reason);
