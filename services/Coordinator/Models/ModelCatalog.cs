using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>The revisions that workers announced, and the names that stand for one of them.</summary>
internal sealed class ModelCatalog(CoordinatorDatabase database)
{
    private const int MostListed = 30;

    /// <summary>The revision that <c>NAME</c> or <c>NAME@REVISION</c> means, or a sentence that says why there is none.</summary>
    public async Task<(KnownRevision? Revision, string? Problem)> FindAsync(string model, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        // A folder's name may end like a revision: a name that is there wins.
        var reference = await context.Models.AnyAsync(m => m.Name == model, ct) ? new ModelReference(model, null) : ModelReference.Parse(model);
        if (await context.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == reference.Name, ct) is not { } named)
            return (null, await UnknownAsync(context, reference.Name, ct));
        if (reference.Revision is null)
            return (await context.Revisions.AsNoTracking().SingleAsync(r => r.Name == named.Name && r.Revision == named.Revision, ct), null);
        return await FindAsync(context, reference, ct);
    }

    /// <summary>The one revision of a name that begins so.</summary>
    public static async Task<(KnownRevision? Revision, string? Problem)> FindAsync(CoordinatorContext context, ModelReference reference, CancellationToken ct)
    {
        var known = await context.Revisions.AsNoTracking().Where(r => r.Name == reference.Name).OrderByDescending(r => r.AnnouncedAt).ToListAsync(ct);
        var meant = known.FindAll(r => reference.Matches(r.Revision));
        return meant.Count switch
        {
            1 => (meant[0], null),
            0 => (null, $"Model '{reference.Name}' has no revision '{reference.Revision}'. Workers announced: {Listed(known)}."),
            _ => (null, $"'{reference.Revision}' is the beginning of several revisions of '{reference.Name}': {Listed(meant)}. Give more of it."),
        };
    }

    private static string Listed(List<KnownRevision> revisions) => string.Join(", ", revisions.Take(MostListed).Select(r => ModelReference.Abbreviate(r.Revision)));

    private static async Task<string> UnknownAsync(CoordinatorContext context, string name, CancellationToken ct)
    {
        var names = await context.Models.OrderBy(m => m.Name).Select(m => m.Name).Take(MostListed).ToListAsync(ct);
        return names.Count == 0
            ? $"There is no model '{name}': no worker has announced any model yet. Start a worker whose models folder holds it."
            : $"There is no model '{name}'. Workers serve: {string.Join(", ", names)}.";
    }
}
