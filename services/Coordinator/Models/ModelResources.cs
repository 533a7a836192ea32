using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>Shows models as the API does.</summary>
internal sealed class ModelResources(LiveWorkers workers)
{
    /// <summary>Every name, as the revision that it stands for.</summary>
    public async Task<IReadOnlyList<ModelResource>> ListAsync(CoordinatorContext context, CancellationToken ct)
    {
        var models = await context.Models.AsNoTracking().OrderBy(m => m.Name).ToListAsync(ct);
        var revisions = (await context.Revisions.AsNoTracking().ToListAsync(ct)).ToLookup(r => r.Name, StringComparer.Ordinal);
        var alive = await workers.CountAsync(context, ct);
        return [.. models.Select(m => Resource(m.Descriptor(), m, revisions[m.Name], alive))];
    }

    /// <summary>One revision.</summary>
    public async Task<ModelResource> ShowAsync(CoordinatorContext context, KnownRevision revision, CancellationToken ct)
    {
        var model = await context.Models.AsNoTracking().SingleAsync(m => m.Name == revision.Name, ct);
        var revisions = await context.Revisions.AsNoTracking().Where(r => r.Name == revision.Name).ToListAsync(ct);
        return Resource(revision.ToDescriptor(), model, revisions, await workers.CountAsync(context, ct));
    }

    private static ModelResource Resource(ModelDescriptor d, KnownModel model, IEnumerable<KnownRevision> revisions, Dictionary<string, int> alive) => new(
        d.Name, d.Revision, d.Architecture, d.DefaultTask,
        d.Tasks.ToDictionary(t => t.Key, t => JsonNode.Parse(t.Value)!.AsObject(), StringComparer.Ordinal),
        d.ContextLength, d.Labels, d.SizeBytes, alive.GetValueOrDefault(d.Revision), d.Prompts,
        [.. revisions.OrderByDescending(r => r.AnnouncedAt).ThenBy(r => r.Revision, StringComparer.Ordinal).Select(r => new ModelRevisionResource(
            r.Revision, r.Revision == model.Revision, alive.GetValueOrDefault(r.Revision), r.FirstSeenAt, r.AnnouncedAt))]);
}
