using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>Lets a name stand for another revision, one that came or one from before.</summary>
internal static class PromoteEndpoint
{
    public static async Task<Results<Ok<ModelResource>, ProblemHttpResult>> PromoteAsync(
        string name, PromoteRequest request, CoordinatorDatabase database, ModelResources resources, IBus bus, TimeProvider time, CancellationToken ct)
    {
        if (request.Revision is not { } wanted || !ModelReference.IsRevision(wanted))
            return Problems.Invalid("revision", $"Give the revision, or at least {ModelReference.ShortestRevision} hex digits of its beginning. GET /v1/models/{name} lists them.");
        await using var context = await database.OpenAsync(ct);
        while (true)
        {
            if (await context.Models.SingleOrDefaultAsync(m => m.Name == name, ct) is not { } model) return Problems.NotFound("model", name);
            var (revision, problem) = await ModelCatalog.FindAsync(context, new ModelReference(name, wanted.ToLowerInvariant()), ct);
            if (revision is null) return Problems.Invalid("revision", problem!);
            if (model.Revision != revision.Revision)
            {
                model.Promote(revision, time.GetDatabaseNow());
                try
                {
                    await context.SaveChangesAsync(ct);
                }
                catch (DbUpdateConcurrencyException)
                {
                    // Somebody else promoted meanwhile; who asked last wins, on what there is now.
                    context.ChangeTracker.Clear();
                    continue;
                }
            }

            // Also where nothing changed: who asks again may do so because a lookup has not heard of it.
            await bus.Publish(new ModelsPromoted([model.Promoted()]), ct);
            return TypedResults.Ok(await resources.ShowAsync(context, revision, ct));
        }
    }
}
