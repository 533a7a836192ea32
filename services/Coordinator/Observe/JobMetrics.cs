using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Observe;

/// <summary>
/// How many jobs, shards and workers there are, as gauges. Counted in the database every few seconds by the coordinator that
/// leads, so that several replicas do not show everything twice.
/// </summary>
internal sealed class JobMetrics : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly JobStatus[] s_open = [.. Enum.GetValues<JobStatus>().Where(s => !s.IsFinal())];
    private readonly CoordinatorDatabase _database;
    private readonly Leadership _leadership;
    private readonly LiveWorkers _live;
    private readonly CoordinatorOptions _options;
    private readonly TimeProvider _time;
    private readonly Meter _meter = Telemetry.Meter("Coordinator.Jobs");
    private readonly ObservableGauge<int> _jobs;
    private volatile Sample _sample = Sample.Nothing;

    public JobMetrics(CoordinatorDatabase database, Leadership leadership, LiveWorkers live, IOptions<CoordinatorOptions> options, TimeProvider time)
    {
        (_database, _leadership, _live, _options, _time) = (database, leadership, live, options.Value, time);
        _jobs = _meter.CreateObservableGauge("batchinfer.jobs", () => _sample.Jobs, "{job}", "Jobs that are not over, by status.");
        _meter.CreateObservableGauge("batchinfer.jobs.without_workers", () => _sample.WithoutWorkers, "{job}", "Running jobs whose model no worker serves, by the model's name.");
        _meter.CreateObservableGauge("batchinfer.jobs.stalled", () => _sample.Stalled, "{job}", "Jobs that have stood still for ten minutes though nothing holds them, by the model's name.");
        _meter.CreateObservableGauge("batchinfer.shards", () => _sample.Shards, "{shard}", "Shards of jobs that are not over, by status.");
        _meter.CreateObservableGauge("batchinfer.window.in_flight", () => _sample.InFlight, "{shard}", "Shards in the queue or in a worker's hands, by the model's name.");
        _meter.CreateObservableGauge("batchinfer.window.size", () => _sample.Window, "{shard}", "Shards that may be in flight, by the model's name.");
        _meter.CreateObservableGauge("batchinfer.workers", () => _sample.Workers, "{worker}", "Live workers, by the model's name.");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _leadership.WhileLeadingAsync(SampleAsync, stoppingToken);

    private async Task SampleAsync(CancellationToken ct)
    {
        try
        {
            var stalled = new StalledJobs(_options, _time);
            using var timer = new PeriodicTimer(Every, _time);
            do
            {
                // Without a collector nobody reads them, and a run on a laptop need not count.
                if (_jobs.Enabled) _sample = await CountAsync(stalled, ct);
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        finally
        {
            // Another coordinator leads now, and counts.
            _sample = Sample.Nothing;
        }
    }

    private async Task<Sample> CountAsync(StalledJobs stalled, CancellationToken ct)
    {
        await using var context = await _database.OpenAsync(ct);
        var open = context.Jobs.AsNoTracking().Where(j => j.FinishedAt == null);
        var inFlight = await context.Shards.AsNoTracking().Where(s => s.Status == ShardStatus.Dispatched && open.Any(j => j.Id == s.JobId))
            .GroupBy(s => s.JobId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var jobs = (await open.Select(j => new { j.Id, j.Model, j.Revision, j.Status, j.Priority, j.Shards, j.ShardsPersisted }).ToListAsync(ct))
            .ConvertAll(j => new OpenJob(j.Id, j.Model, j.Revision, j.Status, j.Priority, j.Shards, j.ShardsPersisted, inFlight.GetValueOrDefault(j.Id)));
        var shards = await context.Shards.AsNoTracking().Where(s => open.Any(j => j.Id == s.JobId))
            .GroupBy(s => s.Status).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var alive = await _live.CountAsync(context, ct);
        var models = await context.Revisions.AsNoTracking().Select(m => new { m.Name, m.Revision }).ToListAsync(ct);
        var running = jobs.FindAll(j => j.Status is JobStatus.Planning or JobStatus.Running);
        var still = stalled.Look(jobs, alive);
        var names = models.GroupBy(m => m.Name, m => m.Revision, StringComparer.Ordinal).ToList();
        return new Sample(
            ByStatus("batchinfer.job.status", jobs.CountBy(j => j.Status).ToDictionary(), s_open),
            ByStatus("batchinfer.shard.status", shards, Enum.GetValues<ShardStatus>()),
            ByModel(revision => alive.GetValueOrDefault(revision)),
            ByModel(revision => alive.ContainsKey(revision) ? 0 : running.Count(j => j.Revision == revision)),
            [.. names.Select(m => m.Key).Union(still.Select(s => s.Model), StringComparer.Ordinal).Select(m => Of(m, still.Count(s => s.Model == m)))],
            ByModel(revision => jobs.Where(j => j.Revision == revision).Sum(j => j.InFlight)),
            ByModel(revision => alive.GetValueOrDefault(revision) * _options.WindowPerWorker));

        Measurement<int>[] ByModel(Func<string, int> count) => [.. names.Select(m => Of(m.Key, m.Sum(count)))];

        static Measurement<int> Of(string model, int count) => new(count, KeyValuePair.Create<string, object?>("batchinfer.model", model));
    }

    /// <summary>None is a figure too: a series that is not there cannot fall to it.</summary>
    private static Measurement<int>[] ByStatus<T>(string attribute, Dictionary<T, int> counts, T[] all) where T : struct, Enum =>
        [.. all.Select(s => new Measurement<int>(counts.GetValueOrDefault(s), KeyValuePair.Create<string, object?>(attribute, Name(s))))];

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private sealed record Sample(
        IReadOnlyList<Measurement<int>> Jobs, IReadOnlyList<Measurement<int>> Shards, IReadOnlyList<Measurement<int>> Workers,
        IReadOnlyList<Measurement<int>> WithoutWorkers, IReadOnlyList<Measurement<int>> Stalled, IReadOnlyList<Measurement<int>> InFlight,
        IReadOnlyList<Measurement<int>> Window)
    {
        public static Sample Nothing { get; } = new([], [], [], [], [], [], []);
    }
}
