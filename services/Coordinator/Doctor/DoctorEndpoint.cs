using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.Doctor;

/// <summary>What the coordinator finds when it looks at itself, its servers and its workers.</summary>
internal static class DoctorEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/doctor", DiagnoseAsync).WithTags("Operations").WithSummary("What the coordinator finds when it looks at itself, its servers and its workers");

    private static async Task<Ok<DoctorResource>> DiagnoseAsync(Examination examination, CancellationToken ct) =>
        TypedResults.Ok(new DoctorResource(Installation.Version, await examination.RunAsync(ct)));
}
