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

    private static ModelResource Resource(KnownModel model, Dictionary<string, int> alive)
    {
        var d = model.Descriptor();
        return new ModelResource(d.Name, d.Revision, d.Architecture, d.DefaultTask,
            d.Tasks.ToDictionary(t => t.Key, t => JsonNode.Parse(t.Value)!.AsObject(), StringComparer.Ordinal),
            d.ContextLength, d.Labels, d.SizeBytes, alive.GetValueOrDefault(d.Revision), d.Prompts);
    }
}
