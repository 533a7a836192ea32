using System.Collections.Concurrent;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>
/// Writes down who lives, serves which model and holds which shards. A thousand workers say so two hundred times a second: what comes
/// within a moment is written together.
/// </summary>
internal sealed class Heartbeats : IAsyncDisposable
{
    /// <summary>Announcements written together at most.</summary>
    public const int MostTogether = 128;

    // The first is written at once, so that who starts does not wait.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    // More workers than ever leave while an announcement of one of them is on its way.
    private const int MostLeft = 10_000;

    private static readonly string SeenPostgres = Seen("coordinator.", "unnest(@workers, @memories) AS b (beat, memory)");
    private static readonly string SeenSqlite = Seen("", "(SELECT json_extract(value, '$[0]') AS beat, json_extract(value, '$[1]') AS memory FROM json_each(@beats)) AS b");

    private readonly ConcurrentDictionary<string, DateTimeOffset> _left = new(StringComparer.Ordinal);
    private readonly CoordinatorDatabase _database;
    private readonly AnnouncedModels _models;
    private readonly ShardLeases _leases;
    private readonly TimeProvider _time;
    private readonly GroupedCalls<WorkerAnnounced, Heard> _calls;

    public Heartbeats(CoordinatorDatabase database, AnnouncedModels models, ShardLeases leases, TimeProvider time)
    {
        (_database, _models, _leases, _time) = (database, models, leases, time);
        _calls = new(WriteAsync, DatabaseMigrator.IsTransient, groups: 1, MostTogether, MostTogether * 2, Pace, time);
    }

    /// <summary>Writes down an announcement. When this returns it is committed.</summary>
    public Task<Heard> HearAsync(WorkerAnnounced announced, CancellationToken ct) => _calls.CallAsync(announced, ct);

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private async Task<IReadOnlyList<Heard>> WriteAsync(IReadOnlyList<WorkerAnnounced> announced, CancellationToken ct)
    {
        await using var context = await _database.OpenAsync(ct);
        var last = Last(announced);
        List<WorkerAnnounced> alive = [.. last.Values.Where(a => !a.Leaving)];
        await _leases.ProlongAsync(context, alive, ct);
        var seen = await SeenAsync(context, alive, ct);
        var heard = new Dictionary<string, Heard>(StringComparer.Ordinal);
        foreach (var a in last.Values) heard[a.Worker] = a.Leaving ? await LeaveAsync(context, a, ct) : await KeepAsync(context, a, seen[a.Worker].Count(), ct);
        return [.. announced.Select(a => ReferenceEquals(last.GetValueOrDefault(a.Worker), a) ? heard[a.Worker] : Heard.Nothing)];
    }

    /// <summary>The last word of each worker. It has left when it says so, whatever else is on its way.</summary>
    private Dictionary<string, WorkerAnnounced> Last(IReadOnlyList<WorkerAnnounced> announced)
    {
        if (_left.Count >= MostLeft) _left.Clear();
        foreach (var a in announced.Where(a => a.Leaving)) _left[a.Worker] = a.SentAt;
        return announced.Where(a => a.Leaving || !_left.TryGetValue(a.Worker, out var left) || a.SentAt > left)
            .GroupBy(a => a.Worker, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(a => a.SentAt)!, StringComparer.Ordinal);
    }

    private async Task<Heard> LeaveAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        await context.Workers.Where(w => w.Worker == announced.Worker).ExecuteDeleteAsync(ct);
        _models.Forget(announced);
        return Heard.Nothing;
    }

    /// <summary>Keeps what an announcement says that is new; most say nothing new.</summary>
    /// <param name="context">The database.</param>
    /// <param name="announced">The announcement.</param>
    /// <param name="seen">How many revisions its worker is known to serve.</param>
    /// <param name="ct">Cancels.</param>
    private async Task<Heard> KeepAsync(CoordinatorContext context, WorkerAnnounced announced, int seen, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        string[] revisions = [.. announced.Models.Select(m => m.Revision).Distinct(StringComparer.Ordinal)];
        if (seen == revisions.Length && (_models.Remembers(announced) || await KnowsAllAsync(context, announced, ct)))
        {
            _models.Remember(announced);
            return Heard.Nothing;
        }

        long tick = await context.TickAsync(ct);
        await using var transaction = await context.Database.BeginTransactionAsync(ct);
        await context.Workers.Where(w => w.Worker == announced.Worker || w.SeenAt < now.AddDays(-1)).ExecuteDeleteAsync(ct);
        foreach (string revision in revisions)
            context.Workers.Add(new KnownWorker { Worker = announced.Worker, Revision = revision, Host = announced.Host, SeenAt = now, SeenTick = tick, MemoryBytes = announced.MemoryBytes });
        await context.SaveChangesAsync(ct);
        var promoted = await _models.AddAsync(context, announced.Models, ct);
        await transaction.CommitAsync(ct);
        context.ChangeTracker.Clear();
        return new Heard(IsNew: true, promoted);
    }

    // A model that was replaced leaves the number of models as it was, and one folder under another name that of revisions.
    private static async Task<bool> KnowsAllAsync(CoordinatorContext context, WorkerAnnounced announced, CancellationToken ct)
    {
        var revisions = await context.Workers.Where(w => w.Worker == announced.Worker).Select(w => w.Revision).ToListAsync(ct);
        if (!announced.Models.Select(m => m.Revision).ToHashSet(StringComparer.Ordinal).SetEquals(revisions)) return false;
        string[] names = [.. announced.Models.Select(m => m.Name).Distinct(StringComparer.Ordinal)];
        var known = await context.Revisions.Where(r => names.Contains(r.Name)).Select(r => new { r.Name, r.Revision }).ToListAsync(ct);
        return announced.Models.All(m => known.Exists(k => k.Name == m.Name && k.Revision == m.Revision));
    }

    /// <returns>Each worker as often as there are revisions that it is known to serve.</returns>
    private async Task<ILookup<string, string>> SeenAsync(CoordinatorContext context, List<WorkerAnnounced> alive, CancellationToken ct)
    {
        var seen = new List<string>();
        if (alive.Count > 0)
        {
            bool postgres = context.Database.IsNpgsql();
            await using var see = (await context.CommandAsync(postgres ? SeenPostgres : SeenSqlite, ct)).With("@now", _time.GetUtcNow());
            if (postgres) see.With("@workers", alive.Select(a => a.Worker).ToArray()).With("@memories", alive.Select(a => a.MemoryBytes).ToArray());
            else see.With("@beats", JsonSerializer.Serialize(alive.Select(a => new object?[] { a.Worker, a.MemoryBytes })));
            await using var row = await see.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct)) seen.Add(row.GetString(0));
        }

        return seen.ToLookup(s => s, StringComparer.Ordinal);
    }

    private static string Seen(string schema, string beats) =>
        $"UPDATE {schema}workers SET seen_at = @now, seen_tick = (SELECT max(now) FROM {schema}lease_clock), memory_bytes = memory FROM {beats} WHERE worker = beat RETURNING worker";

    /// <summary>What an announcement came to.</summary>
    /// <param name="IsNew">The worker, or what it serves, was not known.</param>
    /// <param name="Promoted">Names that stand for another revision now.</param>
    internal sealed record Heard(bool IsNew, IReadOnlyList<PromotedModel> Promoted)
    {
        /// <summary>It was known.</summary>
        public static Heard Nothing { get; } = new(IsNew: false, []);
    }
}
