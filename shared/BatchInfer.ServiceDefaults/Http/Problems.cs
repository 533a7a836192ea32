using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.ServiceDefaults;

/// <summary>Errors of the HTTP API: RFC 9457 problem details that name the field.</summary>
public static class Problems
{
    /// <summary>400: one field is wrong.</summary>
    public static ProblemHttpResult Invalid(string field, string message) => Create(StatusCodes.Status400BadRequest, "invalid_request", message, field);

    /// <summary>404: there is no such thing.</summary>
    public static ProblemHttpResult NotFound(string what, string id) =>
        Create(StatusCodes.Status404NotFound, "not_found", $"There is no {what} '{id}'.", null);

    /// <summary>409: not in this state.</summary>
    public static ProblemHttpResult Conflict(string message, string? field = null) => Create(StatusCodes.Status409Conflict, "conflict", message, field);

    /// <summary>A problem with its status, stable code, sentence and field.</summary>
    public static ProblemHttpResult Create(int status, string code, string message, string? field)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        if (field is not null)
        {
            extensions["field"] = field;
            extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };
        }

        return TypedResults.Problem(detail: message, statusCode: status, type: $"urn:batchinfer:problem:{code}", extensions: extensions);
    }
}
