using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>How fast a model was: measured on the latest finished shards in which it computed something.</summary>
internal static class EarlierShards
{
    // Enough to even out single shards, few enough to follow a change of machines.
    private const int MostJobs = 32, MostShards = 256;

    /// <summary>The pace for a job like this one; null when nothing was measured.</summary>
    public static async Task<(ModelPace? Pace, double TokensPerRecord)> MeasureAsync(CoordinatorContext context, Job job, CancellationToken ct)
    {
        var alike = context.Jobs.Where(j => j.Revision == job.Revision && j.Task == job.Task && j.Computed > 0);
        // What a generator takes for a record hangs on how long it may write.
        if (TaskCatalog.WritesText(job.Task)) alike = alike.Where(j => j.Parameters == job.Parameters);
        var jobs = await alike.OrderByDescending(j => j.Id).Take(MostJobs).Select(j => j.Id).ToListAsync(ct);
        var shards = await context.Shards
            .Where(s => jobs.Contains(s.JobId) && s.Status == ShardStatus.Persisted && s.Computed > 0 && s.StartedAt != null && s.PersistedAt != null)
            .OrderByDescending(s => s.PersistedAt).Take(MostShards)
            .Select(s => new MeasuredShard(s.Worker ?? "", s.StartedAt!.Value, s.PersistedAt!.Value, s.Computed, s.Tokens)).ToListAsync(ct);
        return Measure(shards);
    }

    /// <summary>The pace over some shards. A worker has several in hand at once: what counts is the time in which it had any.</summary>
    internal static (ModelPace? Pace, double TokensPerRecord) Measure(IReadOnlyCollection<MeasuredShard> shards)
    {
        double seconds = shards.GroupBy(s => s.Worker, StringComparer.Ordinal).Sum(g => BusySeconds(g.OrderBy(s => s.StartedAt)));
        if (seconds <= 0) return (null, 0);
        long records = shards.Sum(s => s.Computed), tokens = shards.Sum(s => s.Tokens);
        return (new ModelPace(shards.Count, records, Math.Round(records / seconds, 3), Math.Round(tokens / seconds, 3)), (double)tokens / records);
    }

    private static double BusySeconds(IEnumerable<MeasuredShard> byStart)
    {
        double busy = 0;
        var until = DateTimeOffset.MinValue;
        foreach (var shard in byStart)
        {
            if (shard.PersistedAt <= until) continue;
            busy += (shard.PersistedAt - (shard.StartedAt > until ? shard.StartedAt : until)).TotalSeconds;
            until = shard.PersistedAt;
        }

        return busy;
    }
}
