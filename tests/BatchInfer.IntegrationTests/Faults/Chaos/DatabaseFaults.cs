using System.Diagnostics;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What happens to PostgreSQL: it goes, cuts sessions, refuses, or makes everyone wait.</summary>
internal static class DatabaseFaults
{
    private const string Server = "postgres";
    private const string OthersSessions = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    private static readonly TimeSpan While = TimeSpan.FromSeconds(6), LookingFor = TimeSpan.FromSeconds(30);

    public static IEnumerable<ChaosFault> All =>
    [
        new("PostgreSQL killed and started", KillAsync),
        new("PostgreSQL stopped and started", StopAsync),
        new("PostgreSQL's sessions terminated", (c, _, ct) => c.ExecuteAsync($"SELECT pg_terminate_backend(pid) {OthersSessions}", ct)),
        new("PostgreSQL's sessions terminated in mid-COPY", InMidCopyAsync) { MeetsWork = true },
        new("PostgreSQL read-only", ReadOnlyAsync),
        new("PostgreSQL's tables locked", LockAsync),
        new("PostgreSQL out of connections", ExhaustAsync),
        new("PostgreSQL's disk full", FillDiskAsync) { Fits = c => c.SmallDatabaseDisk },
    ];

    private static async Task KillAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await cluster.Servers.KillAsync(Server, ct);
        await cluster.Servers.StartAgainAsync(Server, ct);
    }

    private static async Task StopAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await cluster.Servers.StopAsync(Server, ct);
        await cluster.Servers.StartAgainAsync(Server, ct);
    }

    private static async Task InMidCopyAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await using var connection = await cluster.OpenAsync(ct);
        // Both ways in which predictions are stored: straight into the tables, and staged where something is there already.
        await using var terminate = new NpgsqlCommand(
            $"SELECT count(pg_terminate_backend(pid)) {OthersSessions} AND state = 'active' AND query ~ '^COPY (results[.]|staged)'", connection);
        // Until some were met: a COPY lasts a few milliseconds.
        long met = 0;
        for (long started = Stopwatch.GetTimestamp(); met < 3 && Stopwatch.GetElapsedTime(started) < LookingFor;) met += (long)(await terminate.ExecuteScalarAsync(ct))!;
        if (met == 0) throw new InvalidOperationException($"No session was in mid-COPY within {LookingFor.TotalSeconds} s, so none was terminated.");
    }

    private static async Task ReadOnlyAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        // The harness's own session is the only one that may still write: it has to undo this.
        await using var connection = await cluster.OpenAsync(ct);
        await ExecuteAsync(connection, "SET default_transaction_read_only = off", ct);
        await ExecuteAsync(connection, "ALTER SYSTEM SET default_transaction_read_only = on", ct);
        await ExecuteAsync(connection, "SELECT pg_reload_conf()", ct);
        try
        {
            await Task.Delay(While, ct);
        }
        finally
        {
            await ExecuteAsync(connection, "ALTER SYSTEM RESET default_transaction_read_only", CancellationToken.None);
            await ExecuteAsync(connection, "SELECT pg_reload_conf()", CancellationToken.None);
        }
    }

    private static async Task LockAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await using var connection = await cluster.OpenAsync(ct);
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                await ExecuteAsync(connection, "LOCK TABLE coordinator.shards, coordinator.jobs, results.job_items, results.predictions IN ACCESS EXCLUSIVE MODE", ct);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // It takes the tables one after the other, and a service that takes them the other way round may be the one that is let through.
                continue;
            }

            await Task.Delay(While, ct);
            return;
        }
    }

    private static async Task ExhaustAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        var held = new List<NpgsqlConnection>();
        try
        {
            await using (var first = await cluster.OpenAsync(ct))
            {
                await using var terminate = new NpgsqlCommand($"SELECT count(pg_terminate_backend(pid)) {OthersSessions} AND application_name <> 'exhaust'", first);
                await terminate.ExecuteNonQueryAsync(ct);
                while (await TakeAsync(cluster, held, ct)) { }
                // What the services took back in between.
                await terminate.ExecuteNonQueryAsync(ct);
                while (await TakeAsync(cluster, held, ct)) { }
            }

            await Task.Delay(While, ct);
        }
        finally
        {
            foreach (var connection in held) await connection.DisposeAsync();
        }
    }

    private static async Task FillDiskAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        cluster.DatabaseDisk!.Fill();
        try
        {
            await Task.Delay(While, ct);
        }
        finally
        {
            cluster.DatabaseDisk.MakeRoom();
        }

        // When its log finds no room it ends, and whoever runs it starts it again.
        await cluster.Servers.ReviveDatabaseAsync(ct);
    }

    private static async Task<bool> TakeAsync(ChaosCluster cluster, List<NpgsqlConnection> held, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(cluster.Servers.Database + ";Application Name=exhaust");
        try
        {
            await connection.OpenAsync(ct);
            held.Add(connection);
            return true;
        }
        catch (NpgsqlException)
        {
            await connection.DisposeAsync();
            return false;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
