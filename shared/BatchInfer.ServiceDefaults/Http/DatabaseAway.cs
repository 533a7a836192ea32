using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace BatchInfer.ServiceDefaults;

/// <summary>Answers 503 with Retry-After in place of 500 while the database is away: nothing is wrong with the request.</summary>
internal sealed class DatabaseAway : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not DatabaseNotReadyException && !(IsOfDatabase(exception) && DatabaseMigrator.IsTransient(exception))) return false;
        httpContext.Response.Headers.RetryAfter = "5";
        await Problems.Create(
            StatusCodes.Status503ServiceUnavailable, "unavailable", "The database does not answer now. Nothing is lost; try again in a moment.", null)
            .ExecuteAsync(httpContext);
        return true;
    }

    private static bool IsOfDatabase(Exception? exception) => exception is not null && (exception is DbException || IsOfDatabase(exception.InnerException));
}
