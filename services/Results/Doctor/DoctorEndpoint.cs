using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.Doctor;

/// <summary>What this service finds when it looks at itself.</summary>
internal static class DoctorEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/doctor/results", DiagnoseAsync).WithTags("Operations").WithSummary("What the results service finds when it looks at its part of the installation");

    private static async Task<Ok<DoctorResource>> DiagnoseAsync(ResultsDatabase database, IBusControl bus, IOptions<BusOptions> options, TimeProvider time, CancellationToken ct) =>
        TypedResults.Ok(new DoctorResource(Installation.Version, [.. await database.InspectAsync("results", time, ct), await BrokerCheck.LookAsync(bus, options.Value, "results", ct)]));
}
