using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Observe;

/// <summary>
/// Finds jobs that stand still though nothing holds them: they are not paused, do not wait for a worker, nor for their turn behind others.
/// What it saw before is kept in memory: it needs no times from the database, and a new leader begins anew.
/// </summary>
/// <param name="options">How many plans and shards go on at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class StalledJobs(CoordinatorOptions options, TimeProvider time)
{
    /// <summary>Many times what a shard takes, its retries and the storing of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private Dictionary<Guid, (Step Step, long Since)> _seen = [];

    /// <summary>Takes note of where the jobs that are not over stand now.</summary>
    /// <param name="open">All of them.</param>
    /// <param name="workers">Workers of each revision that has any.</param>
    /// <returns>Those that have stood where they are for <see cref="Patience"/>.</returns>
    public IReadOnlyList<OpenJob> Look(IReadOnlyList<OpenJob> open, IReadOnlyDictionary<string, int> workers)
    {
        long now = time.GetTimestamp();
        var turns = new Turns(open, workers, options);
        var seen = new Dictionary<Guid, (Step Step, long Since)>();
        var stalled = new List<OpenJob>();
        foreach (var job in open.Where(turns.MayGoOn))
        {
            var step = new Step(job.Status, job.Shards, job.Persisted);
            long since = _seen.TryGetValue(job.Id, out var before) && before.Step == step ? before.Since : now;
            seen[job.Id] = (step, since);
            if (time.GetElapsedTime(since, now) >= Patience) stalled.Add(job);
        }

        // Those that are over or held are forgotten: when they go on, their time begins anew.
        _seen = seen;
        return stalled;
    }

    /// <summary>A job that is at the same one later has come no further.</summary>
    private readonly record struct Step(JobStatus Status, int Shards, int Persisted);

    private sealed class Turns
    {
        private readonly IReadOnlyDictionary<string, int> _workers;
        private readonly Dictionary<string, int> _inFlight;
        private readonly HashSet<Guid> _planned;
        private readonly int _window;

        public Turns(IReadOnlyList<OpenJob> open, IReadOnlyDictionary<string, int> workers, CoordinatorOptions options)
        {
            (_workers, _window) = (workers, options.WindowPerWorker);
            _inFlight = open.GroupBy(j => j.Revision, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(j => j.InFlight), StringComparer.Ordinal);
            _planned = open.Where(j => j.Status == JobStatus.Planning).OrderByDescending(j => j.Priority).ThenBy(j => j.Id).Take(options.ParallelPlans).Select(j => j.Id).ToHashSet();
        }

        public bool MayGoOn(OpenJob job) => job.Status switch
        {
            JobStatus.Paused => false,
            JobStatus.Planning => job.Shards > 0 || _planned.Contains(job.Id),
            // Without a shard in flight it waits for room where its model's window is full of others'.
            JobStatus.Running => _workers.TryGetValue(job.Revision, out int workers) && (job.InFlight > 0 || _inFlight[job.Revision] < workers * _window),
            _ => true,
        };
    }
}
