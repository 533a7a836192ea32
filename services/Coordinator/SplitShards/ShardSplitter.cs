using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.Corpus;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.SplitShards;

/// <summary>
/// Cuts shards that failed twice into parts, each to be run alone, so that the record at fault is found in few attempts and
/// its neighbours are predicted.
/// </summary>
internal sealed partial class ShardSplitter(
    CoordinatorDatabase database, Corpora corpora, JobEnd end, DispatchSignal signal, ILogger<ShardSplitter> logger)
{
    /// <summary>Splits what waits for it. A job that is still planned waits, since its planner numbers shards.</summary>
    /// <returns>The jobs that failed with it, since their corpus is gone; and whether some could not be read for a reason that may pass.</returns>
    public async Task<(IReadOnlyList<Guid> Ended, bool Postponed)> SplitAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var due = await context.Shards.AsNoTracking().Where(Suspicion.MustSplit)
            .Join(context.Jobs.AsNoTracking().Where(j => j.PlannedAt != null), s => s.JobId, j => j.Id, (shard, job) => new { shard, job })
            .OrderBy(due => due.shard.JobId).ThenBy(due => due.shard.Number).ToListAsync(ct);
        var ended = new List<Guid>();
        bool postponed = false;
        foreach (var (job, shard) in due.Select(d => (d.job, d.shard)))
        {
            try
            {
                List<PlannedShard> parts;
                await using (var corpus = await corpora.OpenReadAsync(job.FileId, ct))
                    parts = await ShardParts.CutAsync(corpus, job.Format, shard, Suspicion.Parts, ct);
                if (!await ReplaceAsync(context, shard, parts, ct)) continue;
                LogSplit(shard.JobId, shard.Number, shard.RecordCount, shard.Strikes, parts.Count);
            }
            catch (ObjectStorageException e) when (!e.IsPassing)
            {
                if (await end.FailAsync(job.Id, e.Message, ct)) ended.Add(job.Id);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or EndOfStreamException)
            {
                if (await end.FailAsync(job.Id, $"The corpus {job.FileId} is gone, or not what was planned. Upload it again and submit a new job.", ct)) ended.Add(job.Id);
            }
            catch (Exception e) when (e is ObjectStorageException or IOException or UnauthorizedAccessException)
            {
                postponed = true;
                LogUnread(shard.JobId, shard.Number, e.Message);
            }
        }

        if (due.Count > 0) signal.Set();
        return (ended, postponed);
    }

    private static async Task<bool> ReplaceAsync(CoordinatorContext context, Shard shard, List<PlannedShard> parts, CancellationToken ct)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(shard.JobId, ct);
        int split = await context.Shards.Where(Suspicion.MustSplit).Where(s => s.JobId == shard.JobId && s.Number == shard.Number)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Split), ct);
        if (split == 0) return false;
        int last = await context.Shards.Where(s => s.JobId == shard.JobId).MaxAsync(s => s.Number, ct);
        await ShardWriter.InsertAsync(context, shard.JobId, last + 1, parts, Suspicion.Inherited, ct);
        await context.Jobs.Where(j => j.Id == shard.JobId)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Shards, j => j.Shards + parts.Count - 1), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId}/{Shard} waits to be split: its corpus cannot be read now. {Reason}")]
    private partial void LogUnread(Guid jobId, int shard, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Split {JobId}/{Shard}: {Records} records that failed {Strikes} times, into {Parts} parts")]
    private partial void LogSplit(Guid jobId, int shard, int records, int strikes, int parts);
}
