using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BatchInfer.ServiceDefaults;

/// <summary>Answers 507 with a sentence where a disk is full, wherever that shows: a corpus, a SQLite file, PostgreSQL.</summary>
internal sealed class StorageFull : IExceptionHandler
{
    private const int NoSpaceUnix = 28, FileTooLargeUnix = 27, QuotaUnix = 122, DiskFullWindows = unchecked((int)0x80070070), SqliteFull = 13;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!IsFull(exception)) return false;
        await Problems.Create(
            StatusCodes.Status507InsufficientStorage, "storage_full",
            "The server's disk is full. Nothing of this request was kept; make room, then send it again.", null).ExecuteAsync(httpContext);
        return true;
    }

    private static bool IsFull(Exception? exception) => exception switch
    {
        null => false,
        IOException { HResult: NoSpaceUnix or FileTooLargeUnix or QuotaUnix or DiskFullWindows } => true,
        SqliteException { SqliteErrorCode: SqliteFull } => true,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => true,
        _ => IsFull(exception.InnerException),
    };
}
