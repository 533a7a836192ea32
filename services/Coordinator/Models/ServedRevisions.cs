using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>What workers that are alive serve under a model's name: told to whom a job's own revision is served by nobody.</summary>
/// <param name="Promoted">The revision that the name stands for.</param>
/// <param name="Alive">Revisions that have workers, those that most serve first.</param>
internal sealed record ServedRevisions(string Promoted, IReadOnlyList<string> Alive)
{
    /// <summary>By name; a name of which no revision has a worker is not there.</summary>
    public static async Task<Dictionary<string, ServedRevisions>> FindAsync(
        CoordinatorContext context, string[] names, IReadOnlyDictionary<string, int> workers, CancellationToken ct)
    {
        var alive = workers.Keys.ToList();
        var found = await context.Revisions.AsNoTracking().Where(r => names.Contains(r.Name) && alive.Contains(r.Revision))
            .Join(context.Models, r => r.Name, m => m.Name, (r, m) => new { r.Name, r.Revision, Promoted = m.Revision }).ToListAsync(ct);
        return found.GroupBy(f => (f.Name, f.Promoted)).ToDictionary(
            g => g.Key.Name,
            g => new ServedRevisions(g.Key.Promoted,
                [.. g.Select(f => f.Revision).OrderByDescending(r => workers[r]).ThenBy(r => r, StringComparer.Ordinal)]),
            StringComparer.Ordinal);
    }
}
