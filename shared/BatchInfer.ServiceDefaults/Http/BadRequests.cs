using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace BatchInfer.ServiceDefaults;

/// <summary>Turns a request that cannot be read into a problem that names the field, and says where in the JSON it went wrong.</summary>
internal sealed class BadRequests : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad) return false;
        var (field, message) = bad.InnerException is JsonException json ? OfJson(json) : QueryFaults.Find(httpContext) ?? ("body", OfBody(bad));
        await Problems.Create(bad.StatusCode, "invalid_request", message, field).ExecuteAsync(httpContext);
        return true;
    }

    private static (string Field, string Message) OfJson(JsonException json) =>
        (json.Path is { Length: > 2 } path ? path[2..] : "body",
            $"{JsonFaults.Describe(json)} (line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1})");

    // The framework speaks of the parameters of methods here, and of services.
    private static string OfBody(BadHttpRequestException bad) =>
        bad.Message.Contains("no body was provided", StringComparison.Ordinal) || bad.Message.StartsWith("Required parameter", StringComparison.Ordinal)
            ? "The body is empty. Send a JSON object."
            : bad.Message;
}
