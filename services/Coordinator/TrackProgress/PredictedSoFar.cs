using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>What workers have answered of a job's shards that are not stored yet: beside what the job's row counts.</summary>
/// <param name="Records">Records.</param>
/// <param name="Tokens">Tokens of those that were computed.</param>
/// <param name="At">When the latest of it was heard; null where there is none.</param>
internal sealed record PredictedSoFar(long Records, long Tokens, DateTimeOffset? At)
{
    public static PredictedSoFar Nothing { get; } = new(0, 0, null);

    /// <summary>Reads it for those that may have any.</summary>
    /// <returns>The jobs in their order, as they stood when it was read: a shard that is stored meanwhile is counted on one side alone.</returns>
    public static async Task<IReadOnlyList<(Job Job, PredictedSoFar Predicted)>> ReadAsync(CoordinatorContext context, IReadOnlyList<Job> jobs, CancellationToken ct)
    {
        Guid[] open = [.. jobs.Where(j => !j.Status.IsFinal() && j.Shards > j.ShardsPersisted).Select(j => j.Id)];
        if (open.Length == 0) return [.. jobs.Select(j => (j, Nothing))];
        var found = await context.Jobs.AsNoTracking().Where(j => open.Contains(j.Id)).Select(j => new
        {
            Job = j,
            Records = context.Shards.Where(s => s.JobId == j.Id && s.Status == ShardStatus.Dispatched && s.Worker != null).Sum(s => (long)s.Predicted),
            Tokens = context.Shards.Where(s => s.JobId == j.Id && s.Status == ShardStatus.Dispatched && s.Worker != null).Sum(s => s.PredictedTokens),
            At = context.Shards.Where(s => s.JobId == j.Id && s.Status == ShardStatus.Dispatched && s.Worker != null).Max(s => s.PredictedAt),
        }).ToDictionaryAsync(f => f.Job.Id, ct);
        return [.. jobs.Select(j => found.TryGetValue(j.Id, out var now) ? (now.Job, new PredictedSoFar(now.Records, now.Tokens, now.At)) : (j, Nothing))];
    }
}
