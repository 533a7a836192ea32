namespace BatchInfer.Contracts;

/// <summary>
/// Body of <c>POST /v1/retention</c>: deletes ended jobs, and then the predictions that no kept job names. One bounded step a request;
/// ask again with the answer's cursor until there is none.
/// </summary>
public sealed record RetentionRequest
{
    /// <summary><c>NAME@REVISION</c>, or <c>NAME</c> for every revision of it; all models when absent.</summary>
    public string? Model { get; init; }

    /// <summary>Only jobs that ended, and predictions that were stored, more than so many days ago. Needed for the revision that a name stands for.</summary>
    public double? OlderThanDays { get; init; }

    /// <summary>Whether jobs are deleted too; without, only predictions that no job names any more. Default true.</summary>
    public bool? Jobs { get; init; }

    /// <summary>Counts only. Predictions that just those jobs name which would be deleted are not counted.</summary>
    public bool DryRun { get; init; }

    /// <summary>Where the last step ended.</summary>
    public string? Cursor { get; init; }
}

/// <summary>What a step of a retention came to.</summary>
/// <param name="JobsDeleted">Jobs deleted, or that would be.</param>
/// <param name="PredictionsExamined">Predictions looked at.</param>
/// <param name="PredictionsDeleted">Those deleted, or that would be.</param>
/// <param name="Skipped">Revisions left alone, since jobs on them are under way.</param>
/// <param name="Cursor">Where the next step goes on; null when all is done.</param>
public sealed record RetentionStep(int JobsDeleted, long PredictionsExamined, long PredictionsDeleted, IReadOnlyList<string> Skipped, string? Cursor);
