using System.Globalization;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>How many error rows a job puts up with: a share of its records below 1, a count from 1 on.</summary>
internal static class ErrorThresholds
{
    /// <summary>Why the job stops, or null. A share is judged once every record is known: only then is it certain to be exceeded.</summary>
    public static string? Exceeded(Job job)
    {
        if (job.ErrorThreshold is not { } threshold) return null;
        if (threshold is 0 or >= 1)
            return job.Failed > threshold ? string.Create(CultureInfo.InvariantCulture,
                $"Stopped at {job.Failed} error rows: the job allows {(threshold == 0 ? "none" : threshold.ToString("0", CultureInfo.InvariantCulture))} (error_threshold). Its error rows say which and why.") : null;
        return job.PlannedAt is not null && job.Failed > threshold * job.Total
            ? string.Create(CultureInfo.InvariantCulture,
                $"Stopped at {job.Failed} error rows: the job allows {threshold:0.##%} of its {job.Total} records (error_threshold). Its error rows say which and why.")
            : null;
    }

    /// <summary>What is wrong with a threshold, or null.</summary>
    public static string? Problem(double threshold) =>
        !double.IsFinite(threshold) || threshold < 0 || threshold > long.MaxValue ? "Must be 0 or more."
        : threshold > 1 && threshold != Math.Floor(threshold) ? "From 1 on it is a count of error rows, and whole; below 1 a share of the records."
        : null;
}
