using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BatchInfer.Results.Data;

/// <summary>What is done about databases that are away for a while.</summary>
internal static class Faults
{
    /// <summary>True for faults that pass by themselves.</summary>
    public static bool IsTransient(Exception exception) =>
        DatabaseMigrator.IsTransient(exception)
        // A server that is told to stop, or that restarts after a crash, ends its sessions with these.
        || exception is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
        // Another process holds the file's write lock for longer than the connection's timeout.
        || exception is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED };

    /// <summary>Holds a message back while the database is away.</summary>
    /// <remarks>
    /// Messages whose retries end are discarded, so these go on for hours. The broker takes an unacknowledged message back
    /// after half an hour and delivers it again, and should one be lost all the same, its shard's lease runs out and the
    /// coordinator dispatches it again.
    /// </remarks>
    public static void RetryTransient(this IReceiveEndpointConfigurator endpoint) =>
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(IsTransient);
            retry.Exponential(500, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(500));
        });
}
