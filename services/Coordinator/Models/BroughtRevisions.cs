using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>
/// Which revisions a worker brings that is started now, as far as is known: those with a worker alive, and of each folder those that it
/// was last announced with. So a job of files that were replaced meanwhile calls for no workers, while one whose workers are all gone does.
/// </summary>
internal sealed class BroughtRevisions
{
    private readonly IReadOnlyDictionary<string, int> _alive;
    private readonly HashSet<(string Name, string Revision)> _last;

    private BroughtRevisions(IReadOnlyDictionary<string, int> alive, HashSet<(string Name, string Revision)> last) => (_alive, _last) = (alive, last);

    public static async Task<BroughtRevisions> FindAsync(CoordinatorContext context, LiveWorkers live, CancellationToken ct)
    {
        var known = await context.Revisions.AsNoTracking().Select(r => new { r.Name, r.Revision, r.AnnouncedAt }).ToListAsync(ct);
        // A worker announces a folder with all its variants at once.
        var last = known.GroupBy(r => Folder(r.Name), StringComparer.Ordinal)
            .SelectMany(folder => folder.Where(r => r.AnnouncedAt == folder.Max(f => f.AnnouncedAt))).Select(r => (r.Name, r.Revision));
        return new BroughtRevisions(await live.CountAsync(context, ct), last.ToHashSet());
    }

    /// <summary>Whether a new worker of this model is likely to serve the revision.</summary>
    public bool Has(string model, string revision) => _alive.ContainsKey(revision) || _last.Contains((model, revision));

    private static string Folder(string model) => model.Split(':')[0];
}
