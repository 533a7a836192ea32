using System.Globalization;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.PlanShards;

/// <summary>Writes planned shards, many in one statement, together with the job's totals.</summary>
internal static class ShardWriter
{
    /// <summary>Appends shards to a job that is being planned.</summary>
    /// <returns>False when the job is no longer planned: it was cancelled or failed.</returns>
    public static async Task<bool> AppendAsync(
        CoordinatorContext context, Guid jobId, int firstNumber, IReadOnlyList<ShardRange> ranges, CancellationToken ct)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        long records = ranges.Sum(r => (long)r.RecordCount);
        // The job's row first: it is the lock that a cancellation waits for, or was.
        int planning = await context.Jobs.Where(j => j.Id == jobId && j.Status == JobStatus.Planning && j.Shards == firstNumber)
            .ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Shards, j => j.Shards + ranges.Count)
                .SetProperty(j => j.Total, j => j.Total + records), ct);
        if (planning == 0) return false;

        string table = context.Database.IsNpgsql() ? $"{PostgresCoordinatorContext.Schema}.shards" : "shards";
        var sql = new StringBuilder("INSERT INTO ").Append(table).Append(
            " (job_id, number, \"offset\", length, first_ordinal, first_line, next_line, record_count, status, attempt, computed, cached, duplicates, failed, tokens, padded_tokens) VALUES ");
        var values = new List<object>(1 + ranges.Count * 7) { jobId };
        for (int i = 0; i < ranges.Count; i++)
        {
            var range = ranges[i];
            if (i > 0) sql.Append(',');
            sql.Append("({0}");
            Add(firstNumber + i);
            Add(range.Offset);
            Add(range.Length);
            Add(range.FirstOrdinal);
            Add(range.FirstLine);
            Add(range.NextLine);
            Add(range.RecordCount);
            sql.Append(",'Pending',0,0,0,0,0,0,0)");
        }

        await context.Database.ExecuteSqlRawAsync(sql.ToString(), values, ct);
        await transaction.CommitAsync(ct);
        return true;

        void Add(object value)
        {
            sql.Append(CultureInfo.InvariantCulture, $",{{{values.Count}}}");
            values.Add(value);
        }
    }
}
