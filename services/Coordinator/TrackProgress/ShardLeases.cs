using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>How long dispatched shards may take: each heartbeat of a worker prolongs their leases, by one statement.</summary>
internal sealed class ShardLeases(IOptions<CoordinatorOptions> options)
{
    private static readonly string Postgres = Statement("coordinator.", "unnest(@jobs, @numbers) AS h (job_id, number)", "= ANY (@revisions)");
    private static readonly string Sqlite = Statement(
        "", "(SELECT json_extract(value, '$[0]') AS job_id, json_extract(value, '$[1]') AS number FROM json_each(@hand)) AS h", "IN (SELECT value FROM json_each(@revisions))");

    /// <summary>Prolongs what a worker says that it holds, and what waits behind it.</summary>
    public async Task ProlongAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        if (announced.ShardsInHand.Count == 0) return;
        bool postgres = context.Database.IsNpgsql();
        await using var prolong = (await context.CommandAsync(postgres ? Postgres : Sqlite, ct))
            .With("@worker", announced.Worker).With("@lease", options.Value.LeaseSeconds).With("@works", !announced.OnlyWaits);
        if (postgres)
            prolong.With("@jobs", announced.ShardsInHand.Select(s => s.JobId).ToArray()).With("@numbers", announced.ShardsInHand.Select(s => s.Number).ToArray())
                .With("@revisions", announced.Models.Select(m => m.Revision).ToArray());
        else
            // SQLite takes no arrays, and keeps a job's id in capitals.
            prolong.With("@hand", JsonSerializer.Serialize(announced.ShardsInHand.Select(s => new object[] { s.JobId.ToString("D").ToUpperInvariant(), s.Number })))
                .With("@revisions", JsonSerializer.Serialize(announced.Models.Select(m => m.Revision)));
        await prolong.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// The queue is served in order: what was dispatched after the shards in hand is late, not lost, while they take their time. What was
    /// dispatched before them should have been taken, and keeps the lease it has. So does everything that a worker has not in hand while
    /// its own shards only wait for inputs that others compute: the shard that they wait for may be one whose worker died with it, and
    /// its claims end with its lease. A cancelled job's shards are given up at their time,
    /// held or not.
    /// </summary>
    private static string Statement(string schema, string hand, string revisions) =>
        $"""
        WITH held AS (
            SELECT s.job_id, s.number, s.dispatch_tick FROM {hand}
            JOIN {schema}shards AS s ON s.job_id = h.job_id AND s.number = h.number JOIN {schema}jobs AS j ON j.id = s.job_id
            WHERE s.status = 'Dispatched' AND j.status <> 'Cancelling' AND j.deleted_at IS NULL)
        UPDATE {schema}shards AS t SET lease_tick = (SELECT max(now) FROM {schema}lease_clock) + @lease,
        worker = CASE WHEN EXISTS (SELECT 1 FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number) THEN @worker ELSE t.worker END
        WHERE t.status = 'Dispatched' AND (
            EXISTS (SELECT 1 FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number)
            OR (@works AND t.worker IS NULL AND t.dispatch_tick >= COALESCE((SELECT max(dispatch_tick) FROM held), 0)
                AND EXISTS (SELECT 1 FROM {schema}jobs AS j WHERE j.id = t.job_id AND j.status <> 'Cancelling' AND j.deleted_at IS NULL AND j.revision {revisions})))
        """;
}
