using System.Data.Common;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ShareKeys;

/// <summary>
/// Who computes what right now, so that no input in flight for one shard is computed for another beside it. A claim holds while the
/// attempt of the shard that made it is in flight, which the shards' own rows say: when it is stored, fails, is cancelled, or its
/// worker dies, the claim is void by that, and the next to ask has the key.
/// </summary>
/// <remarks>A lost claim is an input computed twice, and nothing worse: by its key the second is stored as the first.</remarks>
internal sealed class KeyClaims(CoordinatorDatabase database)
{
    // In the order of the keys: two that claim the same ones never wait for each other in a circle.
    private static readonly string ClaimPostgres = Claim("coordinator.", "unnest(@keys) AS k (key)");
    private static readonly string ClaimSqlite = Claim("", "(SELECT unhex(value) AS key FROM json_each(@keys)) AS k");
    private static readonly string SweepPostgres = $"DELETE FROM coordinator.claims AS c WHERE NOT EXISTS ({InFlight("coordinator.")})";
    private static readonly string SweepSqlite = $"DELETE FROM claims AS c WHERE NOT EXISTS ({InFlight("")})";
    private const string MinePostgres = "SELECT key FROM coordinator.claims WHERE job_id = @job AND shard = @shard AND attempt = @attempt AND key = ANY (@keys)";
    private const string MineSqlite = "SELECT key FROM claims WHERE job_id = @job AND shard = @shard AND attempt = @attempt AND key IN (SELECT unhex(value) FROM json_each(@keys))";
    private const string ReleasePostgres = "DELETE FROM coordinator.claims WHERE job_id = @job AND shard = @shard AND key = ANY (@keys)";
    private const string ReleaseSqlite = "DELETE FROM claims WHERE job_id = @job AND shard = @shard AND key IN (SELECT unhex(value) FROM json_each(@keys))";

    /// <summary>Claims keys for an attempt of a shard.</summary>
    /// <returns>One bit per key: granted, or claimed by another shard in flight.</returns>
    public async Task<byte[]> ClaimAsync(ClaimKeys asked, CancellationToken ct)
    {
        var keys = KeyBits.Parse(asked.Keys);
        var granted = KeyBits.Empty(keys.Length);
        await using var context = await database.OpenAsync(ct);
        bool postgres = context.Database.IsNpgsql();
        if (asked.Failed.Length > 0)
        {
            await using var release = await CommandAsync(context, postgres ? ReleasePostgres : ReleaseSqlite, asked, KeyBits.Parse(asked.Failed), ct);
            await release.ExecuteNonQueryAsync(ct);
        }

        if (keys.Length == 0) return granted;
        int claimed;
        await using (var claim = await CommandAsync(context, postgres ? ClaimPostgres : ClaimSqlite, asked, keys, ct)) claimed = await claim.ExecuteNonQueryAsync(ct);
        // As a rule all of thousands; which they are is asked only where not.
        var mine = claimed == keys.Length ? null : await MineAsync(context, asked, keys, ct);
        for (int i = 0; i < keys.Length; i++)
            if (mine is null || mine.Contains(keys[i])) KeyBits.Set(granted, i);
        return granted;
    }

    /// <summary>Removes the claims that are void.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        await context.Database.ExecuteSqlRawAsync(context.Database.IsNpgsql() ? SweepPostgres : SweepSqlite, ct);
    }

    private static async Task<HashSet<Guid>> MineAsync(CoordinatorContext context, ClaimKeys asked, Guid[] keys, CancellationToken ct)
    {
        bool postgres = context.Database.IsNpgsql();
        var mine = new HashSet<Guid>(keys.Length);
        await using var select = await CommandAsync(context, postgres ? MinePostgres : MineSqlite, asked, keys, ct);
        await using var row = await select.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) mine.Add(postgres ? row.GetGuid(0) : new Guid((byte[])row.GetValue(0), bigEndian: true));
        return mine;
    }

    private static string Claim(string schema, string keys) =>
        $"""
        INSERT INTO {schema}claims AS c (key, job_id, shard, attempt)
        SELECT DISTINCT k.key, @job, @shard, @attempt FROM {keys} WHERE true ORDER BY k.key
        ON CONFLICT (key) DO UPDATE SET job_id = excluded.job_id, shard = excluded.shard, attempt = excluded.attempt
        WHERE (c.job_id = excluded.job_id AND c.shard = excluded.shard) OR NOT EXISTS ({InFlight(schema)})
        """;

    /// <summary>The shard of claim <c>c</c>, where the attempt that made it is in flight.</summary>
    private static string InFlight(string schema) =>
        // A shard is sent before it is marked, so its worker may ask while it still counts as waiting for that attempt.
        $"""
        SELECT 1 FROM {schema}shards AS s WHERE s.job_id = c.job_id AND s.number = c.shard
        AND ((s.status = 'Dispatched' AND s.attempt = c.attempt) OR (s.status = 'Pending' AND s.attempt = c.attempt - 1))
        """;

    private static async Task<DbCommand> CommandAsync(CoordinatorContext context, string sql, ClaimKeys asked, Guid[] keys, CancellationToken ct) =>
        (await context.CommandAsync(sql, ct))
            .With("@job", asked.Shard.JobId).With("@shard", asked.Shard.Number).With("@attempt", asked.Attempt)
            // SQLite takes no arrays: a JSON text of hexadecimal numbers stands for one.
            .With("@keys", context.Database.IsNpgsql() ? keys : $"[\"{string.Join("\",\"", keys.Select(k => Convert.ToHexString(k.ToByteArray(bigEndian: true))))}\"]");
}
