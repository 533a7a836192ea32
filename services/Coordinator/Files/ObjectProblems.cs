using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.Files;

/// <summary>What the API answers when an object cannot be read.</summary>
internal static class ObjectProblems
{
    public static ProblemHttpResult ToProblem(this ObjectStorageException e, string field) => e.Fault switch
    {
        ObjectFault.Unavailable => Problems.Create(StatusCodes.Status503ServiceUnavailable, "object_unavailable", e.Message, field),
        ObjectFault.Changed => Problems.Create(StatusCodes.Status409Conflict, "object_changed", e.Message, field),
        ObjectFault.NotAllowed or ObjectFault.NotSetUp => Problems.Create(StatusCodes.Status403Forbidden, "object_not_allowed", e.Message, field),
        _ => Problems.Create(StatusCodes.Status400BadRequest, "object_unreadable", e.Message, field),
    };
}
