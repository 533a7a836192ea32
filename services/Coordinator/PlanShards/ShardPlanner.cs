using System.Runtime.CompilerServices;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.PlanShards;

/// <summary>
/// Cuts a job's corpus into shards in one pass, writing them as it goes. Interrupted anywhere, it goes on behind the last
/// shard written. Memory stays flat however large the corpus.
/// </summary>
internal sealed partial class ShardPlanner(
    CoordinatorDatabase database, Corpora corpora, LiveWorkers live, FailedShards failed, JobProgress progress, JobEnd end, DispatchSignal signal, TimeProvider time,
    ILogger<ShardPlanner> logger)
{
    /// <summary>Shards in one insert at most. The first inserts hold fewer, so that workers start at once.</summary>
    private const int LargestInsert = 256;

    /// <summary>Plans one job to its end.</summary>
    public async Task PlanAsync(Guid jobId, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var job = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == jobId, ct);
        using var activity = Telemetry.StartBelow(job.TraceParent, "plan");
        activity?.SetTag("batchinfer.job.id", jobId);
        var last = await context.Shards.AsNoTracking().Where(s => s.JobId == jobId).OrderByDescending(s => s.Number).FirstOrDefaultAsync(ct);
        int number = last is null ? 0 : last.Number + 1;
        long started = time.GetTimestamp();
        try
        {
            var pending = new List<PlannedShard>(LargestInsert);
            int insert = 1;
            await foreach (var shard in job.RetryOf is null ? CutAsync(job, last, await WorkersAsync(context, job, ct), ct) : failed.FindAsync(job, last, ct))
            {
                pending.Add(shard);
                if (pending.Count < insert) continue;
                if (!await WriteAsync()) return;
                insert = Math.Min(insert * 2, LargestInsert);
            }

            if (pending.Count > 0 && !await WriteAsync()) return;
            await FinishAsync(context, jobId, ct);
            double seconds = time.GetElapsedTime(started).TotalSeconds;
            LogPlanned(jobId, number, seconds);

            async Task<bool> WriteAsync()
            {
                bool planning = await ShardWriter.AppendAsync(context, jobId, number, pending, ct);
                number += pending.Count;
                pending.Clear();
                signal.Set();
                return planning;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or CorpusFormatException)
        {
            activity.Fail(e);
            await end.FailAsync(jobId, e is CorpusFormatException ? e.Message : $"The corpus {job.FileId} is gone. Upload it again and submit a new job.", ct);
        }
        catch (ObjectStorageException e)
        {
            // One that may pass was tried for a while.
            activity.Fail(e);
            await end.FailAsync(jobId, e.Message, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException && !DatabaseMigrator.IsTransient(e))
        {
            // A bug here must not hold up the other jobs, nor this one for ever.
            LogFailed(e, jobId);
            activity.Fail(e);
            await end.FailAsync(jobId, $"The corpus could not be planned: {e.Message}", ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The database is away: planned on from here later.
            activity.Fail(e);
            throw;
        }
    }

    private async IAsyncEnumerable<PlannedShard> CutAsync(Job job, Shard? last, int workers, [EnumeratorCancellation] CancellationToken ct)
    {
        var from = last is null
            ? new ScanPosition(job.DataOffset, 0, job.DataLine)
            : new ScanPosition(last.Offset + last.Length, last.FirstOrdinal + last.RecordCount, last.NextLine);
        await using var corpus = await corpora.OpenReadAsync(job.FileId, ct);
        await foreach (var range in RecordScanner.ScanAsync(corpus, job.Format, from, ShardSize.TargetBytes(corpus.Length, workers), ShardSize.MaxRecords(job.PromptSpec?.FixedCharacters ?? 0), ct))
            yield return new PlannedShard(range);
    }

    private async Task<int> WorkersAsync(CoordinatorContext context, Job job, CancellationToken ct) =>
        (await live.CountAsync(context, ct)).GetValueOrDefault(job.Revision);

    private async Task FinishAsync(CoordinatorContext context, Guid jobId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // In one transaction: between the two a job whose shards are all stored would run for ever, as nothing asks again.
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(jobId, ct);
        await context.Jobs.Where(j => j.Id == jobId && j.Status == JobStatus.Planning)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.PlannedAt, now).SetProperty(j => j.Status, JobStatus.Running), ct);
        // Every shard may have been stored before planning was over, or there may be none.
        await end.CommitAsync(transaction, await progress.SettleAsync(context, jobId, ct), ct);
        signal.Set();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Planning {JobId} failed")]
    private partial void LogFailed(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Planned {JobId}: {Shards} shards in {Seconds:0.00} s")]
    private partial void LogPlanned(Guid jobId, int shards, double seconds);
}
