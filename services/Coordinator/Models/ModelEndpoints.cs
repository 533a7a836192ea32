using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.Models;

/// <summary>The models that workers announced.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/models").WithTags("Models");
        group.MapGet("", ListAsync).WithSummary("List models with their tasks and the workers alive that serve them");
        group.MapGet("/{name}/manifest", ManifestAsync).WithSummary("List the files of a model, by digest").ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/v1/manifests", async (ModelStore store, CancellationToken ct) => TypedResults.Ok(await store.ListAsync(ct)))
            .WithTags("Models").WithSummary("List the files of every model in the models folder, for workers without a shared disk");
        routes.MapGet("/v1/blobs/{sha256}", BlobAsync).WithTags("Models").WithSummary("Read a model's file by its digest; answers Range requests")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").Produces(StatusCodes.Status206PartialContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/{name}/promote", PromoteEndpoint.PromoteAsync).WithSummary("Let a name stand for another of its revisions, at once; and back")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{id}", GetAsync).WithSummary("Describe a model: NAME, or NAME@REVISION").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<Page<ModelResource>>> ListAsync(CoordinatorDatabase database, ModelResources resources, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        return TypedResults.Ok(new Page<ModelResource>(await resources.ListAsync(context, ct), null));
    }

    private static async Task<Results<Ok<ModelResource>, ProblemHttpResult>> GetAsync(
        string id, ModelCatalog catalog, CoordinatorDatabase database, ModelResources resources, CancellationToken ct)
    {
        var (revision, problem) = await catalog.FindAsync(id, ct);
        if (revision is null) return Problems.Create(StatusCodes.Status404NotFound, "not_found", problem!, null);
        await using var context = await database.OpenAsync(ct);
        return TypedResults.Ok(await resources.ShowAsync(context, revision, ct));
    }

    private static async Task<Results<Ok<ModelManifest>, ProblemHttpResult>> ManifestAsync(string name, ModelStore store, CancellationToken ct) =>
        await store.FindAsync(name, ct) is { } manifest ? TypedResults.Ok(manifest) : Problems.NotFound("model", name);

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> BlobAsync(string sha256, ModelStore store, CancellationToken ct)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower)) return Problems.NotFound("file", sha256);
        // The manifest may have come from another coordinator, or from this one before it was started again.
        if (store.FindBlob(sha256) is null) await store.ListAsync(ct);
        return store.FindBlob(sha256) is { } path
            ? TypedResults.PhysicalFile(path, "application/octet-stream", enableRangeProcessing: true)
            : Problems.NotFound("file", sha256);
    }
}
