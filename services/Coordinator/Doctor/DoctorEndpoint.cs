using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.Doctor;

/// <summary>What the coordinator finds when it looks at itself, its servers and its workers.</summary>
internal static class DoctorEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/doctor", DiagnoseAsync).WithTags("Operations").WithSummary("What the coordinator finds when it looks at itself, its servers and its workers");
        routes.MapPost("/v1/doctor", TryInputAsync).WithTags("Operations")
            .WithSummary("The same, and whether the coordinator and each worker can read a corpus: an object's address, or the path of a file as they see it")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Ok<DoctorResource>> DiagnoseAsync(Examination examination, CancellationToken ct) => await AnswerAsync(examination, null, ct);

    private static async Task<Results<Ok<DoctorResource>, ProblemHttpResult>> TryInputAsync(DoctorRequest request, Examination examination, CancellationToken ct)
    {
        if (request.Input is not { } input) return await AnswerAsync(examination, null, ct);
        return CorpusTrial.TryParse(input, out var address, out string? problem) ? await AnswerAsync(examination, address, ct) : Problems.Invalid("input", problem);
    }

    private static async Task<Ok<DoctorResource>> AnswerAsync(Examination examination, Uri? input, CancellationToken ct) =>
        TypedResults.Ok(new DoctorResource(Installation.Version, await examination.RunAsync(input, ct)));
}
