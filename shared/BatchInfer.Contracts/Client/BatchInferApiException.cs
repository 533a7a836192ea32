using System.Net;

namespace BatchInfer.Contracts;

/// <summary>The server refused a request or failed at it; the message is its sentence for the user.</summary>
public sealed class BatchInferApiException : Exception
{
    /// <summary>Without details.</summary>
    public BatchInferApiException()
        : this("The server answered with an error.")
    {
    }

    /// <summary>With a message only.</summary>
    public BatchInferApiException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public BatchInferApiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>From a problem document.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">The problem's stable code, or null.</param>
    /// <param name="field">Field of the request that is wrong, or null.</param>
    /// <param name="detail">The problem's sentence.</param>
    public BatchInferApiException(HttpStatusCode status, string? code, string? field, string detail)
        : base(field is null ? detail : $"{field}: {detail}")
    {
        Status = status;
        Code = code;
        Field = field;
        Detail = detail;
    }

    /// <summary>HTTP status; 0 when the exception was made without one.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Stable code of the problem, e.g. <c>invalid_request</c>, or null when the answer was no problem document.</summary>
    public string? Code { get; }

    /// <summary>Field of the request that is wrong, or null.</summary>
    public string? Field { get; }

    /// <summary>The sentence without the field's name, or null.</summary>
    public string? Detail { get; }
}
