using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// How long dispatched shards may take: each heartbeat of a worker prolongs their leases and says how far they are, by one statement.
/// </summary>
internal sealed class ShardLeases(IOptions<CoordinatorOptions> options, TimeProvider time)
{
    private static readonly string Postgres = Statement("coordinator.", "unnest(@jobs, @numbers, @records, @tokens) AS h (job_id, number, records, tokens)", "= ANY (@revisions)");
    private static readonly string Sqlite = Statement(
        "",
        "(SELECT json_extract(value, '$[0]') AS job_id, json_extract(value, '$[1]') AS number, json_extract(value, '$[2]') AS records, json_extract(value, '$[3]') AS tokens FROM json_each(@hand)) AS h",
        "IN (SELECT value FROM json_each(@revisions))");

    /// <summary>Prolongs what a worker says that it holds, and what waits behind it; keeps how far the worker is.</summary>
    public async Task ProlongAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        if (announced.ShardsInHand.Count == 0) return;
        bool postgres = context.Database.IsNpgsql();
        // A worker of the version before does not say how far it is.
        var hand = announced.ShardsInHand.Select((shard, i) => (Shard: shard, Progress: i < announced.Progress?.Count ? announced.Progress[i] : default)).ToList();
        await using var prolong = (await context.CommandAsync(postgres ? Postgres : Sqlite, ct))
            .With("@worker", announced.Worker).With("@lease", options.Value.LeaseSeconds).With("@works", !announced.OnlyWaits).With("@now", time.GetUtcNow());
        if (postgres)
            prolong.With("@jobs", hand.Select(h => h.Shard.JobId).ToArray()).With("@numbers", hand.Select(h => h.Shard.Number).ToArray())
                .With("@records", hand.Select(h => h.Progress.Records).ToArray()).With("@tokens", hand.Select(h => h.Progress.Tokens).ToArray())
                .With("@revisions", announced.Models.Select(m => m.Revision).ToArray());
        else
            // SQLite takes no arrays, and keeps a job's id in capitals.
            prolong.With("@hand", JsonSerializer.Serialize(hand.Select(h => new object[] { h.Shard.JobId.ToString("D").ToUpperInvariant(), h.Shard.Number, h.Progress.Records, h.Progress.Tokens })))
                .With("@revisions", JsonSerializer.Serialize(announced.Models.Select(m => m.Revision)));
        await prolong.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// The queue is served in order: what was dispatched after the shards in hand is late, not lost, while they take their time. What was
    /// dispatched before them should have been taken, and keeps the lease it has. So does everything that a worker has not in hand while
    /// its own shards only wait for inputs that others compute: the shard that they wait for may be one whose worker died with it, and
    /// its claims end with its lease. A cancelled job's shards are given up at their time,
    /// held or not. A worker may hold a shard twice, after its connection was cut: the further of the two tells.
    /// </summary>
    private static string Statement(string schema, string hand, string revisions) =>
        $"""
        WITH held AS (
            SELECT s.job_id, s.number, s.dispatch_tick, h.records, h.tokens FROM {hand}
            JOIN {schema}shards AS s ON s.job_id = h.job_id AND s.number = h.number JOIN {schema}jobs AS j ON j.id = s.job_id
            WHERE s.status = 'Dispatched' AND j.status <> 'Cancelling' AND j.deleted_at IS NULL)
        UPDATE {schema}shards AS t SET lease_tick = (SELECT max(now) FROM {schema}lease_clock) + @lease,
        worker = CASE WHEN EXISTS (SELECT 1 FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number) THEN @worker ELSE t.worker END,
        predicted = COALESCE((SELECT max(h.records) FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number), t.predicted),
        predicted_tokens = COALESCE((SELECT max(h.tokens) FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number), t.predicted_tokens),
        predicted_at = CASE WHEN EXISTS (SELECT 1 FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number) THEN @now ELSE t.predicted_at END
        WHERE t.status = 'Dispatched' AND (
            EXISTS (SELECT 1 FROM held AS h WHERE h.job_id = t.job_id AND h.number = t.number)
            OR (@works AND t.worker IS NULL AND t.dispatch_tick >= COALESCE((SELECT max(dispatch_tick) FROM held), 0)
                AND EXISTS (SELECT 1 FROM {schema}jobs AS j WHERE j.id = t.job_id AND j.status <> 'Cancelling' AND j.deleted_at IS NULL AND j.revision {revisions})))
        """;
}
