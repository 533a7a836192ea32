using System.Globalization;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.TrackProgress;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.PlanShards;

/// <summary>Writes shards, many in one statement.</summary>
internal static class ShardWriter
{
    /// <summary>Appends shards to a job that is being planned, together with its totals.</summary>
    /// <returns>False when the job is no longer planned, or by another: it was paused, cancelled or failed.</returns>
    public static async Task<bool> AppendAsync(
        CoordinatorContext context, Guid jobId, int firstNumber, IReadOnlyList<PlannedShard> shards, CancellationToken ct)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.LockJobAsync(jobId, ct);
        long records = shards.Sum(s => (long)s.Range.RecordCount);
        int planning = await context.Jobs.Where(j => j.Id == jobId && j.Status == JobStatus.Planning && j.Shards == firstNumber)
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Shards, j => j.Shards + shards.Count)
                .SetProperty(j => j.Total, j => j.Total + records), ct);
        if (planning == 0) return false;
        await InsertAsync(context, jobId, firstNumber, shards, strikes: 0, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Inserts shards that wait.</summary>
    public static async Task InsertAsync(
        CoordinatorContext context, Guid jobId, int firstNumber, IReadOnlyList<PlannedShard> shards, int strikes, CancellationToken ct)
    {
        string table = context.Database.IsNpgsql() ? $"{PostgresCoordinatorContext.Schema}.shards" : "shards";
        var sql = new StringBuilder("INSERT INTO ").Append(table).Append(
            " (job_id, number, \"offset\", length, first_ordinal, first_line, next_line, record_count, \"only\", strikes, status, attempt, dispatch_tick, not_before, computed, cached, duplicates, failed, tokens, padded_tokens) VALUES ");
        var values = new List<object?>(1 + shards.Count * 9) { jobId };
        for (int i = 0; i < shards.Count; i++)
        {
            var range = shards[i].Range;
            if (i > 0) sql.Append(',');
            sql.Append("({0}");
            Add(firstNumber + i);
            Add(range.Offset);
            Add(range.Length);
            Add(range.FirstOrdinal);
            Add(range.FirstLine);
            Add(range.NextLine);
            Add(range.RecordCount);
            if (shards[i].Only is { } only) Add(OnlyRecords.Write(only));
            else sql.Append(",NULL");
            Add(strikes);
            sql.Append(",'Pending',0,0,0,0,0,0,0,0,0)");
        }

        await context.Database.ExecuteSqlRawAsync(sql.ToString(), values!, ct);

        void Add(object value)
        {
            sql.Append(CultureInfo.InvariantCulture, $",{{{values.Count}}}");
            values.Add(value);
        }
    }
}
