using System.Collections.Concurrent;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>
/// Remembers the revisions that a worker announced. The first of a name is promoted; a later one is when the policy says so, and waits
/// for somebody to say so otherwise: answers by name do not change because a folder did.
/// </summary>
internal sealed partial class AnnouncedModels(LiveWorkers workers, IOptions<ModelFilesOptions> options, TimeProvider time, ILogger<AnnouncedModels> logger)
{
    // More workers than are ever alive at once: it is forgotten then, and read from the database again.
    private const int MostRemembered = 10_000;

    // By worker, what it announced and the database has.
    private readonly ConcurrentDictionary<string, string> _remembered = new(StringComparer.Ordinal);

    /// <summary>Whether this worker announced the same models before, which are all known: most heartbeats say nothing new.</summary>
    public bool Remembers(WorkerAnnounced announced) => _remembered.TryGetValue(announced.Worker, out string? known) && known == Names(announced);

    /// <summary>Remembers that all models of a worker are known.</summary>
    public void Remember(WorkerAnnounced announced)
    {
        if (_remembered.Count >= MostRemembered) _remembered.Clear();
        _remembered[announced.Worker] = Names(announced);
    }

    /// <summary>A worker left.</summary>
    public void Forget(WorkerAnnounced announced) => _remembered.TryRemove(announced.Worker, out _);

    /// <summary>Adds what a worker newly serves, in the caller's transaction.</summary>
    /// <returns>Names that stand for another revision now.</returns>
    public async Task<IReadOnlyList<PromotedModel>> AddAsync(CoordinatorContext context, IReadOnlyList<ModelDescriptor> announced, CancellationToken ct)
    {
        var now = time.GetDatabaseNow();
        var alive = await workers.CountAsync(context, ct);
        var promoted = new List<KnownModel>();
        foreach (var descriptor in announced.DistinctBy(m => m.Name))
        {
            var (revision, isNew) = await RememberAsync(context, descriptor, now, ct);
            var model = await context.Models.FindAsync([descriptor.Name], ct);
            if (model is null)
            {
                context.Models.Add(model = KnownModel.Of(revision, now));
                promoted.Add(model);
            }
            else if (model.Revision == revision.Revision)
            {
                // A newer worker may read more from the same files.
                model.Descriptor = revision.Descriptor;
            }
            else if (options.Value.Promotion == PromotionPolicy.Newest && (isNew || !alive.ContainsKey(model.Revision)))
            {
                // One from before comes back, as when the old folder is put back, once nobody serves the other any more: workers that
                // are replaced one after the other do not make the name go to and fro.
                model.Promote(revision, now);
                promoted.Add(model);
            }
            else if (isNew)
            {
                LogWaiting(model.Name, ModelReference.Abbreviate(revision.Revision), ModelReference.Abbreviate(model.Revision));
            }
        }

        await context.SaveChangesAsync(ct);
        return promoted.ConvertAll(m => m.Promoted());
    }

    private static string Names(WorkerAnnounced announced) => string.Join('\n', announced.Models.Select(m => $"{m.Name}@{m.Revision}"));

    private static async Task<(KnownRevision Revision, bool IsNew)> RememberAsync(CoordinatorContext context, ModelDescriptor descriptor, DateTimeOffset now, CancellationToken ct)
    {
        string json = JsonSerializer.Serialize(descriptor, ApiJson.Options);
        if (await context.Revisions.FindAsync([descriptor.Name, descriptor.Revision], ct) is { } known)
        {
            (known.Descriptor, known.AnnouncedAt) = (json, now);
            return (known, false);
        }

        var revision = new KnownRevision { Name = descriptor.Name, Revision = descriptor.Revision, Descriptor = json, FirstSeenAt = now, AnnouncedAt = now };
        context.Revisions.Add(revision);
        return (revision, true);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Workers serve a new revision {New} of model {Model}. The name stands for {Promoted} still, in jobs and lookups: fill the new one with jobs on {Model}@{New}, then 'batchinfer models promote {Model} {New}'. Models__Promotion=Newest promotes at once")]
    private partial void LogWaiting(string model, string @new, string promoted);
}
