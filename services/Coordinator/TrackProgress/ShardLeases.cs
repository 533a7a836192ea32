using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// How long dispatched shards may take: the heartbeats of workers prolong their leases and say how far they are, many heartbeats by one statement.
/// </summary>
internal sealed class ShardLeases(IOptions<CoordinatorOptions> options, TimeProvider time)
{
    private static readonly string Postgres = Statement(
        "coordinator.", "unnest(@hands, @jobs, @numbers, @records, @tokens) AS h (worker, job_id, number, records, tokens)", "unnest(@workers, @revisions) AS w (worker, revision)");
    private static readonly string Sqlite = Statement(
        "",
        "(SELECT json_extract(value, '$[0]') AS worker, json_extract(value, '$[1]') AS job_id, json_extract(value, '$[2]') AS number, json_extract(value, '$[3]') AS records, json_extract(value, '$[4]') AS tokens FROM json_each(@hands)) AS h",
        "(SELECT json_extract(value, '$[0]') AS worker, json_extract(value, '$[1]') AS revision FROM json_each(@workers)) AS w");

    /// <summary>Prolongs what workers say that they hold, and what waits behind it; keeps how far they are.</summary>
    public async Task ProlongAsync(CoordinatorContext context, IReadOnlyList<WorkerAnnounced> announced, CancellationToken ct)
    {
        // A worker of the version before does not say how far it is.
        var hands = announced.SelectMany(a => a.ShardsInHand.Select((shard, i) =>
            (a.Worker, Shard: shard, Progress: i < a.Progress?.Count ? a.Progress[i] : default))).ToList();
        if (hands.Count == 0) return;
        var works = announced.Where(a => a.ShardsInHand.Count > 0 && !a.OnlyWaits).SelectMany(a => a.Models.Select(m => (a.Worker, m.Revision))).Distinct().ToList();
        bool postgres = context.Database.IsNpgsql();
        int lease = options.Value.LeaseSeconds;
        await using var prolong = (await context.CommandAsync(postgres ? Postgres : Sqlite, ct))
            .With("@lease", lease).With("@young", lease - lease / 4).With("@now", time.GetUtcNow());
        if (postgres)
            prolong.With("@hands", hands.Select(h => h.Worker).ToArray())
                .With("@jobs", hands.Select(h => h.Shard.JobId).ToArray()).With("@numbers", hands.Select(h => h.Shard.Number).ToArray())
                .With("@records", hands.Select(h => h.Progress.Records).ToArray()).With("@tokens", hands.Select(h => h.Progress.Tokens).ToArray())
                .With("@workers", works.Select(w => w.Worker).ToArray()).With("@revisions", works.Select(w => w.Revision).ToArray());
        else
            // SQLite takes no arrays, and keeps a job's id in capitals.
            prolong.With("@hands", JsonSerializer.Serialize(hands.Select(h => new object[] { h.Worker, h.Shard.JobId.ToString("D").ToUpperInvariant(), h.Shard.Number, h.Progress.Records, h.Progress.Tokens })))
                .With("@workers", JsonSerializer.Serialize(works.Select(w => new object[] { w.Worker, w.Revision })));
        await prolong.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// The queue is served in order: what was dispatched after the shards in a worker's hands is late, not lost, while they take their time. What was
    /// dispatched before them should have been taken, and keeps the lease it has. So does everything that a worker has not in hand while
    /// its own shards only wait for inputs that others compute: the shard that they wait for may be one whose worker died with it, and
    /// its claims end with its lease. A cancelled job's shards are given up at their time, held or not.
    /// A shard may be held twice, after a connection was cut: the further of the two tells.
    /// </summary>
    /// <remarks>
    /// What waits is prolonged when a quarter of its lease is over, not by every heartbeat: a thousand workers with two thousand shards
    /// waiting would write each of them two hundred times a second.
    /// </remarks>
    private static string Statement(string schema, string hands, string workers) =>
        $"""
        WITH held AS (
            SELECT h.worker, s.job_id, s.number, s.dispatch_tick, h.records, h.tokens FROM {hands}
            JOIN {schema}shards AS s ON s.job_id = h.job_id AND s.number = h.number JOIN {schema}jobs AS j ON j.id = s.job_id
            WHERE s.status = 'Dispatched' AND j.status <> 'Cancelling' AND j.deleted_at IS NULL),
        works AS (SELECT w.revision, (SELECT COALESCE(max(dispatch_tick), 0) FROM held WHERE held.worker = w.worker) AS tick FROM {workers}),
        behind AS (SELECT revision, min(tick) AS tick FROM works GROUP BY revision)
        UPDATE {schema}shards AS t SET lease_tick = (SELECT max(now) FROM {schema}lease_clock) + @lease, worker = COALESCE(p.worker, t.worker),
        predicted = COALESCE(p.records, t.predicted), predicted_tokens = COALESCE(p.tokens, t.predicted_tokens),
        predicted_at = CASE WHEN p.worker IS NULL THEN t.predicted_at ELSE @now END
        FROM (
            SELECT job_id, number, max(worker) AS worker, max(records) AS records, max(tokens) AS tokens FROM held GROUP BY job_id, number
            UNION ALL
            SELECT s.job_id, s.number, NULL, NULL, NULL FROM {schema}shards AS s JOIN {schema}jobs AS j ON j.id = s.job_id JOIN behind AS b ON b.revision = j.revision
            WHERE s.status = 'Dispatched' AND s.worker IS NULL AND s.dispatch_tick >= b.tick AND s.lease_tick < (SELECT max(now) FROM {schema}lease_clock) + @young
            AND j.status <> 'Cancelling' AND j.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM held AS h WHERE h.job_id = s.job_id AND h.number = s.number)
        ) AS p
        WHERE t.job_id = p.job_id AND t.number = p.number AND t.status = 'Dispatched'
        """;
}
