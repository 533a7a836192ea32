using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace BatchInfer.ServiceDefaults;

/// <summary>Answers 400 where a request has a character in a name, an id or a cursor that PostgreSQL keeps in no text: U+0000.</summary>
internal sealed class UnstorableText : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!IsOfText(exception)) return false;
        await Problems.Create(
            StatusCodes.Status400BadRequest, "invalid_request", "The request has the character U+0000 where none can be: leave it out.", null).ExecuteAsync(httpContext);
        return true;
    }

    private static bool IsOfText(Exception? exception) =>
        exception is not null && (exception is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } || IsOfText(exception.InnerException));
}
