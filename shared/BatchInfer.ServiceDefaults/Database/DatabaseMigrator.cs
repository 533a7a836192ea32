using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace BatchInfer.ServiceDefaults;

/// <summary>Applies EF migrations so that replicas that start at once do not disturb each other.</summary>
public static class DatabaseMigrator
{
    private const int SqliteBusy = 5, SqliteLocked = 6, SqliteReadOnly = 8, SqliteIoError = 10, SqliteFull = 13;

    /// <summary>Brings the schema up to date. Waits its turn behind other replicas on PostgreSQL.</summary>
    /// <param name="context">A context of the service's own provider.</param>
    /// <param name="lockId">Advisory lock, one per service.</param>
    /// <param name="ct">Cancels the wait.</param>
    public static async Task MigrateAsync(DbContext context, long lockId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Database.IsNpgsql()) await MigratePostgresAsync(context, lockId, ct);
        else await MigrateSqliteAsync(context, ct);
    }

    /// <summary>
    /// True for faults that pass by themselves or by an operator's hand: no connection, a server that starts, stops or fails
    /// over, a deadlock, too many connections, a database that is read-only for now, a full disk.
    /// </summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.InvalidCatalogName } => true,
        DbException { IsTransient: true } => true,
        SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked or SqliteFull or SqliteReadOnly or SqliteIoError } => true,
        TimeoutException or System.Net.Sockets.SocketException or IOException => true,
        // EF wraps what the driver throws, sometimes twice.
        DbUpdateException { InnerException: { } inner } => IsTransient(inner),
        InvalidOperationException { InnerException: { } inner } => IsTransient(inner),
        RetryLimitExceededException { InnerException: { } inner } => IsTransient(inner),
        _ => false,
    };

    /// <summary>Why a database that answers takes nothing more for now: its disk is full, or it is read-only. Null for any other fault.</summary>
    /// <param name="exception">What a write failed with.</param>
    public static string? Refusal(Exception? exception) => exception switch
    {
        null => null,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.IoError } refused => refused.MessageText,
        SqliteException { SqliteErrorCode: SqliteFull or SqliteReadOnly or SqliteIoError } refused => refused.Message,
        _ => Refusal(exception.InnerException),
    };

    private static async Task MigratePostgresAsync(DbContext context, long lockId, CancellationToken ct)
    {
        // EF's own lock is on its history table, which the first replicas may both find missing. This lock needs no table.
        await using var connection = new NpgsqlConnection(context.Database.GetConnectionString());
        await connection.OpenAsync(ct);
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_lock({lockId.ToString(CultureInfo.InvariantCulture)})", connection))
        {
            take.CommandTimeout = 0;
            await take.ExecuteNonQueryAsync(ct);
        }

        // Closing the connection gives the lock back, whatever happens.
        await context.Database.MigrateAsync(ct);
        await using var release = new NpgsqlCommand($"SELECT pg_advisory_unlock({lockId.ToString(CultureInfo.InvariantCulture)})", connection);
        await release.ExecuteNonQueryAsync(ct);
    }

    private static async Task MigrateSqliteAsync(DbContext context, CancellationToken ct)
    {
        await context.Database.OpenConnectionAsync(ct);
        try
        {
            // WAL is a property of the file and stays.
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", ct);
            // A process killed in mid-migration leaves EF's lock row for ever. The data folder has one owner, so it is stale.
            await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS __EFMigrationsLock;", ct);
            if ((await context.Database.GetPendingMigrationsAsync(ct)).Any()) await context.Database.MigrateAsync(ct);
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }
}
