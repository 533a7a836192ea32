using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>The bounds of what a job may ask for, at submit and later.</summary>
internal static class JobLimits
{
    public const int DefaultPriority = 10;
    private const int LongestDeadline = 366 * 24 * 3600;

    public static ProblemHttpResult? Problem(int? priority, int? deadlineSeconds)
    {
        if (priority is < 1 or > 100) return Problems.Invalid("priority", "Must be from 1 to 100.");
        if (deadlineSeconds is < 1 or > LongestDeadline) return Problems.Invalid("deadline_seconds", $"Must be from 1 to {LongestDeadline}, a year.");
        return null;
    }

    public static DateTimeOffset? ExpiresAt(int? deadlineSeconds, TimeProvider time) =>
        deadlineSeconds is { } seconds ? time.GetDatabaseNow().AddSeconds(seconds) : null;
}
