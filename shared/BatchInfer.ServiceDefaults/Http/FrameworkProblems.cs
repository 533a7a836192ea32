using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace BatchInfer.ServiceDefaults;

/// <summary>Gives problems that the framework makes (no such path, wrong content type, a defect) the code and sentence that ours have.</summary>
internal static class FrameworkProblems
{
    public static void Complete(ProblemDetailsContext context)
    {
        var (problem, http) = (context.ProblemDetails, context.HttpContext);
        if (problem.Extensions.ContainsKey("code")) return;
        if (problem.Status == StatusCodes.Status400BadRequest && QueryFaults.Find(http) is ({ } field, { } message))
        {
            problem.Extensions["field"] = field;
            problem.Extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };
            problem.Detail = message;
        }

        var (code, detail) = Describe(problem, http);
        problem.Type = $"urn:batchinfer:problem:{code}";
        problem.Extensions["code"] = code;
        problem.Detail ??= detail;
    }

    // Routes take ids alone, so that what is none comes here.
    private static string? NoId(PathString path) => path.Value?.Split('/') is ["", "v1", var kind, { Length: > 0 } id, ..] && !Guid.TryParse(id, out _)
        ? kind switch
        {
            "jobs" => $"'{id}' is no job id. GET /v1/jobs lists the jobs with theirs.",
            "predictions" => $"'{id}' is no prediction's key, which has 32 hexadecimal digits. GET /v1/predictions?model=…&input=… finds a prediction by its input.",
            _ => null,
        }
        : null;

    private static (string Code, string Detail) Describe(ProblemDetails problem, HttpContext http) => problem.Status switch
    {
        StatusCodes.Status404NotFound when NoId(http.Request.Path) is { } what => ("not_found", what),
        StatusCodes.Status404NotFound => ("not_found", $"There is nothing at {http.Request.Path}. /openapi/v1.json lists what there is."),
        StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", $"{http.Request.Path} does not take {http.Request.Method}. /openapi/v1.json lists what it takes."),
        StatusCodes.Status415UnsupportedMediaType => ("unsupported_media_type",
            $"Content-Type '{http.Request.ContentType}' is not what {http.Request.Path} takes: files go as multipart/form-data (curl -F file=@corpus.jsonl), all else as application/json."),
        StatusCodes.Status413PayloadTooLarge => ("too_large", "The request is larger than this server takes."),
        >= 500 => ("internal_error", $"The server failed; its log has the cause under trace id {System.Diagnostics.Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier}."),
        _ => ("invalid_request", "The request cannot be answered."),
    };
}
