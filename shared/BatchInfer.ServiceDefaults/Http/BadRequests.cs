using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace BatchInfer.ServiceDefaults;

/// <summary>Turns a body that cannot be read into a problem that says where in the JSON it went wrong.</summary>
internal sealed class BadRequests : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad) return false;
        var json = bad.InnerException as JsonException;
        string field = json?.Path is { Length: > 2 } path ? path[2..] : "body";
        string message = json is null
            ? bad.Message
            : $"{json.Message.Split(" Path:")[0]} (line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1})";
        await Problems.Create(bad.StatusCode, "invalid_request", message, field).ExecuteAsync(httpContext);
        return true;
    }
}
