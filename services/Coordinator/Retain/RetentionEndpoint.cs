using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Retain;

/// <summary>Deletes by model or age, a step a request.</summary>
internal static class RetentionEndpoint
{
    private const double MaxDays = 36_500;

    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/retention", StepAsync).WithTags("Retention")
            .WithSummary("Delete ended jobs, then predictions that no kept job names, by model or age: one step; go on with the cursor")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapDelete("/v1/jobs/{id:guid}", DeleteJobEndpoint.DeleteAsync).WithTags("Jobs").WithSummary("Delete an ended job with its records; its predictions stay")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<RetentionStep>, ProblemHttpResult>> StepAsync(
        RetentionRequest request, Retention retention, ModelCatalog catalog, CoordinatorDatabase database, TimeProvider time, CancellationToken ct)
    {
        if (request.Model is null && request.OlderThanDays is null) return Problems.Invalid("model", "Say what shall go: give model, older_than_days, or both.");
        if (request.OlderThanDays is { } days && days is not (>= 0 and <= MaxDays)) return Problems.Invalid("older_than_days", $"Must be from 0 to {MaxDays}.");
        Guid? cursor = null;
        if (request.Cursor is { } text)
        {
            if (!Guid.TryParseExact(text, "N", out var given)) return Problems.Invalid("cursor", "Give the cursor of the last answer, or none to begin.");
            cursor = given;
        }

        var before = request.OlderThanDays is { } age ? time.GetDatabaseNow().AddDays(-age) : (DateTimeOffset?)null;
        var scope = new RetentionScope { Jobs = request.Jobs ?? true, Predictions = true, JobsBefore = before, PredictionsBefore = before, DryRun = request.DryRun };
        if (request.Model is { } model)
        {
            var (found, problem) = await catalog.FindAsync(model, ct);
            if (found is null) return Problems.Invalid("model", problem!);
            await using var context = await database.OpenAsync(ct);
            var promoted = before is null ? await context.Models.Select(m => m.Revision).ToListAsync(ct) : [];
            bool one = model != found.Name;
            if (one && promoted.Contains(found.Revision))
                return Problems.Conflict($"Lookups by name answer from revision {ModelReference.Abbreviate(found.Revision)}. Promote another one first, or give older_than_days.", "model");
            scope = scope with
            {
                Revisions = one ? [found.Revision] : await context.Revisions.Where(r => r.Name == found.Name).Select(r => r.Revision).ToListAsync(ct),
                Except = promoted,
            };
        }

        return TypedResults.Ok(await retention.StepAsync(scope, cursor, ct));
    }
}
