using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.MeasureStorage;

/// <summary>What takes how much room.</summary>
internal static class StorageEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/storage", async (IPredictionStore store, CancellationToken ct) => TypedResults.Ok(await store.MeasureAsync(ct)))
            .WithName("MeasureStorage").WithSummary("What takes how much room: tables, predictions by model revision, records by job.").Produces<StorageResource>();
}
