using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

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
        group.MapGet("/{id}", GetAsync).WithSummary("Describe a model").ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Reads a stored descriptor.</summary>
    public static ModelDescriptor Descriptor(this KnownModel model) => JsonSerializer.Deserialize<ModelDescriptor>(model.Descriptor, ApiJson.Options)!;

    private static async Task<Ok<Page<ModelResource>>> ListAsync(
        CoordinatorDatabase database, LiveWorkers workers, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        var models = await context.Models.AsNoTracking().OrderBy(m => m.Name).ToListAsync(ct);
        var alive = await workers.CountAsync(context, ct);
        return TypedResults.Ok(new Page<ModelResource>([.. models.Select(m => Resource(m, alive))], null));
    }

    private static async Task<Results<Ok<ModelResource>, ProblemHttpResult>> GetAsync(
        string id, CoordinatorDatabase database, LiveWorkers workers, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        return await context.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == id, ct) is { } model
            ? TypedResults.Ok(Resource(model, await workers.CountAsync(context, ct)))
            : Problems.NotFound("model", id);
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

    private static ModelResource Resource(KnownModel model, Dictionary<string, int> alive)
    {
        var d = model.Descriptor();
        return new ModelResource(d.Name, d.Revision, d.Architecture, d.DefaultTask,
            d.Tasks.ToDictionary(t => t.Key, t => JsonNode.Parse(t.Value)!.AsObject(), StringComparer.Ordinal),
            d.ContextLength, d.Labels, d.SizeBytes, alive.GetValueOrDefault(d.Revision), d.Prompts);
    }
}
