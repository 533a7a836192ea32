using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// What the leader finds at its look at the database, once a second and by one statement, which also moves the <see cref="LeaseClock"/>
/// on: most find nothing, and then no loop has to ask for itself.
/// </summary>
/// <param name="Lapsed">Leases ran out.</param>
/// <param name="Suspected">Shards with strikes wait to be judged or split.</param>
/// <param name="Expired">Deadlines passed.</param>
/// <param name="Cancelling">Jobs are being cancelled.</param>
/// <param name="Done">Jobs have all their shards stored and were not ended.</param>
/// <param name="ToPlan">Jobs are planned, or are to be.</param>
/// <param name="ToDispatch">Jobs have shards that are not stored.</param>
internal sealed record Look(bool Lapsed, bool Suspected, bool Expired, bool Cancelling, bool Done, bool ToPlan, bool ToDispatch)
{
    private static readonly string s_postgres = Statement("coordinator.");
    private static readonly string s_sqlite = Statement("");

    /// <summary>Looks.</summary>
    /// <param name="context">The database.</param>
    /// <param name="timePasses">Whether leases grow older with it.</param>
    /// <param name="now">For deadlines, which are times of day.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Look> TakeAsync(CoordinatorContext context, bool timePasses, DateTimeOffset now, CancellationToken ct)
    {
        await using var look = (await context.CommandAsync(context.Database.IsNpgsql() ? s_postgres : s_sqlite, ct))
            .With("@step", timePasses ? 1 : 0).With("@now", now);
        await using var row = await look.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new Look(row.GetBoolean(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5), row.GetBoolean(6));
    }

    private static string Statement(string schema)
    {
        return $"""
            UPDATE {schema}lease_clock SET now = now + @step WHERE id = {Tick.OnlyId} RETURNING
            EXISTS (SELECT 1 FROM {schema}shards WHERE status = 'Dispatched' AND lease_tick < lease_clock.now),
            EXISTS (SELECT 1 FROM {schema}shards WHERE strikes > 0 AND status = 'Pending'),
            {Any("'Validating', 'Planning', 'Running', 'Paused'", "expires_at < @now")},
            {Any("'Cancelling'", "true")},
            {Any("'Planning', 'Running', 'Paused'", "planned_at IS NOT NULL AND shards = shards_persisted")},
            {Any("'Planning'", "true")},
            {Any("'Planning', 'Running'", "shards_persisted < shards")}
            """;

        string Any(string status, string and) => $"EXISTS (SELECT 1 FROM {schema}jobs WHERE status IN ({status}) AND deleted_at IS NULL AND {and})";
    }
}
