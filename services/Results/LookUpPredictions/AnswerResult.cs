using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>An answer with its strong tag, or 304 to whoever has it.</summary>
internal sealed class AnswerResult(CachedAnswer answer, string cacheControl) : IResult
{
    /// <summary>Under a key there is one prediction; computed again, it is the same.</summary>
    public const string Immutable = "private, max-age=31536000, immutable";

    /// <summary>Which revision a name stands for may change any moment: to be asked again each time, by the tag.</summary>
    public const string AskAgain = "private, no-cache";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ETag = answer.Tag;
        response.Headers.CacheControl = cacheControl;
        if (Has(httpContext.Request.Headers.IfNoneMatch))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = answer.Body.Length;
        return response.Body.WriteAsync(answer.Body, 0, answer.Body.Length, httpContext.RequestAborted);
    }

    private bool Has(StringValues ifNoneMatch)
    {
        if (ifNoneMatch.Count == 0) return false;
        if (ifNoneMatch.Count == 1 && ifNoneMatch[0] == answer.Tag) return true;
        // Weak comparison, as RFC 9110 asks of If-None-Match.
        return EntityTagHeaderValue.TryParseList(ifNoneMatch!, out var tags)
            && tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Tag.Equals(answer.Tag, StringComparison.Ordinal));
    }
}
