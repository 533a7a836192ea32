using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Retain;

/// <summary>
/// Deletes ended jobs, and predictions that no job's record names any more. In steps of a few seconds that can be asked for again and
/// again: nothing is kept between them but the cursor that the answer carries.
/// </summary>
internal sealed partial class Retention(
    CoordinatorDatabase database, DeletedJobs deleted, RunningTrims trims, IBus bus, IOptions<BusOptions> options, TimeProvider time, ILogger<Retention> logger)
{
    private const int PredictionsOfStep = 20_000;
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly IRequestClient<TrimPredictions> _client = bus.CreateRequestClient<TrimPredictions>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Deletions));

    /// <summary>One step.</summary>
    /// <param name="scope">What it is about.</param>
    /// <param name="cursor">Where the last step ended; null begins.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<RetentionStep> StepAsync(RetentionScope scope, Guid? cursor, CancellationToken ct)
    {
        var until = time.GetUtcNow() + StepTime;
        await using var context = await database.OpenAsync(ct);
        int jobs = cursor is null && scope.Jobs ? await MarkAsync(context, scope, ct) : 0;
        IReadOnlyList<string> busy = await RunningTrims.BusyAsync(context, ct);
        string[] skipped = [.. scope.Revisions is null ? busy : busy.Intersect(scope.Revisions)];
        // First the records: what they name would be kept.
        if (!scope.DryRun && !await deleted.PurgeAsync(until, ct)) return new RetentionStep(jobs, 0, 0, skipped, Text(cursor ?? Guid.Empty));
        if (!scope.Predictions) return new RetentionStep(jobs, 0, 0, skipped, null);

        long examined = 0, gone = 0;
        var next = cursor ?? Guid.Empty;
        do
        {
            // Asked anew each time: a job that began since may have been told that a prediction is stored.
            Guid? trim = null;
            if (scope.DryRun) busy = await RunningTrims.BusyAsync(context, ct);
            else (trim, busy) = await trims.BeginAsync(context, scope, ct);
            var asked = new TrimPredictions(scope.Revisions, [.. busy, .. scope.Except], scope.PredictionsBefore, next, PredictionsOfStep, scope.DryRun);
            var answer = _client.AskAsync<TrimPredictions, PredictionsTrimmed>(asked, Patience, ct);
            var step = trim is { } id ? await trims.AwaitAsync(context, id, answer, ct) : await answer;
            examined += step.Examined;
            gone += step.Deleted;
            if (step.Next is not { } more) return new RetentionStep(jobs, examined, gone, skipped, null);
            next = more;
        }
        while (time.GetUtcNow() < until);
        return new RetentionStep(jobs, examined, gone, skipped, Text(next));
    }

    private async Task<int> MarkAsync(CoordinatorContext context, RetentionScope scope, CancellationToken ct)
    {
        // A job whose failed records run again at this moment is read still.
        var ended = context.Jobs.Where(j => j.FinishedAt != null && !context.Jobs.Any(r => r.RetryOf == j.Id && r.FinishedAt == null));
        if (scope.JobsBefore is { } before) ended = ended.Where(j => j.FinishedAt < before);
        if (scope.Revisions is { } revisions) ended = ended.Where(j => revisions.Contains(j.Revision));
        var except = scope.Except;
        if (except.Count > 0) ended = ended.Where(j => !except.Contains(j.Revision));
        if (scope.DryRun) return await ended.CountAsync(ct);
        int jobs = await deleted.MarkAsync(ended, ct);
        // Which they are the results service says, as their records go.
        if (jobs > 0) LogDeleted(jobs);
        return jobs;
    }

    private static string Text(Guid cursor) => $"{cursor:N}";

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention deletes {Jobs} ended jobs")]
    private partial void LogDeleted(int jobs);
}
