using BatchInfer.Contracts;
using BatchInfer.Coordinator;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>The statements that track shards, whichever database they run in.</summary>
public abstract class ShardTrackingContract(string provider) : IAsyncLifetime
{
    private CoordinatorTables _tables = null!;
    private JobProgress _progress = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tables = await CoordinatorTables.CreateAsync(provider, Ct);
        _progress = new JobProgress(_tables.Database, new JobEnd(_tables.Database, new JobLog(NullLogger<JobLog>.Instance), TimeProvider.System), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _tables.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = 60_000)]
    public async Task Shards_that_several_coordinators_hear_of_at_once_are_counted_once_each()
    {
        var ct = TestContext.Current.CancellationToken;
        const int shards = 30;
        var job = await _tables.AddJobAsync(shards, ct);
        // Each in an order of its own.
        var heard = await Task.WhenAll(Enumerable.Range(0, 4).Select(coordinator => Task.Run(async () =>
        {
            int counted = 0;
            for (int i = 0; i < shards; i++)
                if (await _progress.PersistedAsync(Stored(job, (i * 7 + coordinator * 5) % shards), ct) == PersistedEffect.Counted) counted++;
            return counted;
        }, ct)));
        Assert.Equal(shards, heard.Sum());

        await using var context = await _tables.Database.OpenAsync(ct);
        var ended = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == job, ct);
        Assert.Equal((JobStatus.Completed, shards), (ended.Status, ended.ShardsPersisted));
        Assert.Equal((shards * 90L, shards * 6L, shards * 1L, shards * 3L, shards * 500L, shards * 600L),
            (ended.Computed, ended.Cached, ended.Duplicates, ended.Failed, ended.Tokens, ended.PaddedTokens));
        var shard = await context.Shards.AsNoTracking().SingleAsync(s => s.JobId == job && s.Number == 4, ct);
        var expected = Stored(job, 4);
        Assert.Equal((ShardStatus.Persisted, "w4", 90L, 500L, expected.StartedAt, expected.InferredAt, expected.PersistedAt),
            (shard.Status, shard.Worker, shard.Computed, shard.Tokens, shard.StartedAt!.Value, shard.InferredAt, shard.PersistedAt!.Value));
        Assert.Equal("16:90:500:600", shard.Lengths);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_whose_last_shard_was_counted_by_one_that_died_then_is_ended(bool heardAgain)
    {
        var job = await _tables.AddJobAsync(2, Ct);
        await _progress.PersistedAsync(Stored(job, 0), Ct);
        await using var context = await _tables.Database.OpenAsync(Ct);
        // Not planned to its end yet, so that nothing follows from the count.
        await SetPlannedAsync(null);
        await _progress.PersistedAsync(Stored(job, 1), Ct);
        await SetPlannedAsync(DateTimeOffset.UtcNow);

        if (heardAgain) Assert.Equal(PersistedEffect.None, await _progress.PersistedAsync(Stored(job, 1), Ct));
        else await _progress.SettleDoneAsync(Ct);
        var ended = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == job, Ct);
        Assert.Equal((JobStatus.Completed, 2), (ended.Status, ended.ShardsPersisted));

        Task<int> SetPlannedAsync(DateTimeOffset? at) => context.Jobs.Where(j => j.Id == job).ExecuteUpdateAsync(set => set.SetProperty(j => j.PlannedAt, at), Ct);
    }

    [Theory]
    [InlineData(0.02, true)]
    [InlineData(0.5, false)]
    [InlineData(2.0, true)]
    [InlineData(3.0, false)]
    public async Task Too_many_error_rows_stop_a_job_at_the_shard_that_has_them(double threshold, bool stops)
    {
        var job = await _tables.AddJobAsync(2, Ct);
        await using var context = await _tables.Database.OpenAsync(Ct);
        await context.Jobs.Where(j => j.Id == job).ExecuteUpdateAsync(set => set.SetProperty(j => j.ErrorThreshold, threshold).SetProperty(j => j.Total, 100), Ct);
        Assert.Equal(stops ? PersistedEffect.Stopped : PersistedEffect.Counted, await _progress.PersistedAsync(Stored(job, 1), Ct));
        Assert.Equal(stops ? JobStatus.Failed : JobStatus.Running, (await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == job, Ct)).Status);
    }

    [Fact]
    public async Task A_heartbeat_prolongs_what_is_in_hand_and_what_waits_behind_it_and_nothing_else()
    {
        var (job, cancelled, other) = (await _tables.AddJobAsync(5, Ct), await _tables.AddJobAsync(1, Ct), await _tables.AddJobAsync(1, Ct));
        await using var context = await _tables.Database.OpenAsync(Ct);
        // The fourth waits still; the first was to be taken before the second, and the third is another worker's.
        foreach (int number in (int[])[0, 1, 2, 4]) await DispatchAsync(job, number, tick: number);
        await context.Shards.Where(s => s.JobId == job && s.Number == 2).ExecuteUpdateAsync(set => set.SetProperty(s => s.Worker, "another"), Ct);
        await DispatchAsync(cancelled, 0, tick: 9);
        await context.Jobs.Where(j => j.Id == cancelled).ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Cancelling), Ct);
        await DispatchAsync(other, 0, tick: 9);
        await context.Jobs.Where(j => j.Id == other).ExecuteUpdateAsync(set => set.SetProperty(j => j.Revision, "that it does not serve"), Ct);
        for (int i = 0; i < 10; i++) await Look.TakeAsync(context, timePasses: true, DateTimeOffset.UtcNow, Ct);
        long now = await context.TickAsync(Ct);

        var leases = new ShardLeases(Options.Create(new CoordinatorOptions { LeaseSeconds = 60 }), TimeProvider.System);
        var model = new ModelDescriptor("m", "r", "a", "t", new Dictionary<string, string>(), 512, [], 1);
        await leases.ProlongAsync(context, [new WorkerAnnounced("w", "host", [model], [new ShardId(job, 1), new ShardId(cancelled, 0)], DateTimeOffset.UtcNow, Leaving: false)], Ct);

        var shards = await context.Shards.AsNoTracking().ToDictionaryAsync(s => (s.JobId, s.Number), s => (s.LeaseTick, s.Worker), Ct);
        Assert.Equal((5L, null), shards[(job, 0)]);
        Assert.Equal((now + 60, "w"), shards[(job, 1)]);
        Assert.Equal((5L, "another"), shards[(job, 2)]);
        Assert.Equal((null, null), shards[(job, 3)]);
        Assert.Equal((now + 60, null), shards[(job, 4)]);
        Assert.Equal((5L, null), shards[(cancelled, 0)]);
        Assert.Equal((5L, null), shards[(other, 0)]);

        // With empty hands it says nothing of what waits.
        await context.Shards.Where(s => s.LeaseTick != null).ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseTick, 7), Ct);
        await leases.ProlongAsync(context, [new WorkerAnnounced("w", "host", [model], [], DateTimeOffset.UtcNow, Leaving: false)], Ct);
        Assert.Equal(6, await context.Shards.CountAsync(s => s.LeaseTick == 7, Ct));

        // What it waits for may be what waits behind it, taken by a worker that is dead.
        await leases.ProlongAsync(context, [new WorkerAnnounced("w", "host", [model], [new ShardId(job, 1)], DateTimeOffset.UtcNow, Leaving: false, OnlyWaits: true)], Ct);
        var prolonged = await context.Shards.AsNoTracking().SingleAsync(s => s.LeaseTick == now + 60, Ct);
        Assert.Equal((job, 1), (prolonged.JobId, prolonged.Number));

        Task<int> DispatchAsync(Guid id, int number, long tick) => context.Shards.Where(s => s.JobId == id && s.Number == number).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Status, ShardStatus.Dispatched).SetProperty(s => s.DispatchTick, tick).SetProperty(s => s.LeaseTick, 5), Ct);
    }

    [Fact]
    public async Task Heartbeats_written_together_prolong_what_each_worker_holds_and_what_waits_behind_the_first_of_them()
    {
        var (job, other, idle) = (await _tables.AddJobAsync(5, Ct), await _tables.AddJobAsync(2, Ct), await _tables.AddJobAsync(1, Ct));
        await using var context = await _tables.Database.OpenAsync(Ct);
        await context.Jobs.Where(j => j.Id == other).ExecuteUpdateAsync(set => set.SetProperty(j => j.Revision, "r2"), Ct);
        await context.Jobs.Where(j => j.Id == idle).ExecuteUpdateAsync(set => set.SetProperty(j => j.Revision, "r3"), Ct);
        for (int i = 0; i < 20; i++) await Look.TakeAsync(context, timePasses: true, DateTimeOffset.UtcNow, Ct);
        long now = await context.TickAsync(Ct);
        foreach (var (id, number) in (List<(Guid, int)>)[(job, 0), (job, 1), (job, 2), (job, 3), (job, 4), (other, 0), (other, 1), (idle, 0)])
            await context.Shards.Where(s => s.JobId == id && s.Number == number).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.Status, ShardStatus.Dispatched).SetProperty(s => s.DispatchTick, number).SetProperty(s => s.LeaseTick, 5), Ct);
        // A quarter of this one's lease is not over.
        await context.Shards.Where(s => s.JobId == job && s.Number == 4).ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseTick, now + 45), Ct);

        var leases = new ShardLeases(Options.Create(new CoordinatorOptions { LeaseSeconds = 60 }), TimeProvider.System);
        await leases.ProlongAsync(
            context,
            [Beat("late", "r", new ShardId(job, 2)), Beat("early", "r", new ShardId(job, 1)), Beat("second", "r2", new ShardId(other, 1)), Beat("empty", "r3")], Ct);

        var shards = await context.Shards.AsNoTracking().ToDictionaryAsync(s => (s.JobId, s.Number), s => (s.LeaseTick, s.Worker), Ct);
        Assert.Equal((5L, null), shards[(job, 0)]);
        Assert.Equal((now + 60, "early"), shards[(job, 1)]);
        Assert.Equal((now + 60, "late"), shards[(job, 2)]);
        Assert.Equal((now + 60, null), shards[(job, 3)]);
        Assert.Equal((now + 45, null), shards[(job, 4)]);
        // Before what the one worker of its model has in hand, and of a model whose only worker has nothing.
        Assert.Equal((5L, null), shards[(other, 0)]);
        Assert.Equal((now + 60, "second"), shards[(other, 1)]);
        Assert.Equal((5L, null), shards[(idle, 0)]);

        static WorkerAnnounced Beat(string worker, string revision, params ShardId[] hand) => new(
            worker, "host", [new ModelDescriptor("m", revision, "a", "t", new Dictionary<string, string>(), 512, [], 1)], hand, DateTimeOffset.UtcNow, Leaving: false);
    }

    [Fact]
    public async Task What_workers_say_to_have_predicted_counts_until_it_is_stored_or_their_attempt_ends()
    {
        var (job, other) = (await _tables.AddJobAsync(3, Ct), await _tables.AddJobAsync(1, Ct));
        await using var context = await _tables.Database.OpenAsync(Ct);
        await context.Shards.ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Dispatched), Ct);
        var leases = new ShardLeases(Options.Create(new CoordinatorOptions()), TimeProvider.System);
        Assert.Equal((0, 0, null), await ReadAsync(job));

        // As a database keeps times.
        var before = TimeProvider.System.GetDatabaseNow();
        await SayAsync("w", (job, 0, 40, 400), (job, 1, 5, 50), (other, 0, 9, 90));
        // One that holds a shard twice.
        await SayAsync("v", (job, 2, 3, 30), (job, 2, 2, 31));
        var (records, tokens, at) = await ReadAsync(job);
        Assert.Equal((48, 481), (records, tokens));
        Assert.InRange(at!.Value, before, DateTimeOffset.UtcNow);
        Assert.Equal((9, 90), ((await ReadAsync(other)).Records, (await ReadAsync(other)).Tokens));
        // One of the version before says nothing.
        await leases.ProlongAsync(context, [new WorkerAnnounced("u", "host", [], [new ShardId(other, 0)], DateTimeOffset.UtcNow, Leaving: false)], Ct);
        Assert.Equal(0, (await ReadAsync(other)).Records);

        // Stored, it is counted by the job's row, and on one side alone also where that row was read before; what is heard of it afterwards changes nothing.
        var stale = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == job, Ct);
        await _progress.PersistedAsync(Stored(job, 0), Ct);
        var (fresh, rest) = Assert.Single(await PredictedSoFar.ReadAsync(context, [stale], Ct));
        Assert.Equal((99, 8), (fresh.Computed + fresh.Cached + fresh.Failed, rest.Records));
        await SayAsync("w", (job, 0, 41, 410), (job, 1, 6, 60));
        Assert.Equal((9, 91), ((await ReadAsync(job)).Records, (await ReadAsync(job)).Tokens));

        // Returned, it counts no more, nor when it is sent anew, until its next worker says how far it is.
        await context.Shards.Where(s => s.JobId == job && s.Number == 1).ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Pending), Ct);
        Assert.Equal(3, (await ReadAsync(job)).Records);
        await context.Shards.Where(s => s.JobId == job && s.Number == 1)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Dispatched).SetProperty(s => s.Worker, (string?)null), Ct);
        Assert.Equal(3, (await ReadAsync(job)).Records);
        await SayAsync("x", (job, 1, 4, 40));
        Assert.Equal(7, (await ReadAsync(job)).Records);

        Task SayAsync(string worker, params (Guid Job, int Number, int Records, long Tokens)[] hand) => leases.ProlongAsync(
            context,
            [new WorkerAnnounced(worker, "host", [], [.. hand.Select(h => new ShardId(h.Job, h.Number))], DateTimeOffset.UtcNow, Leaving: false,
                Progress: [.. hand.Select(h => new ShardProgress(h.Records, h.Tokens))])],
            Ct);

        async Task<(long Records, long Tokens, DateTimeOffset? At)> ReadAsync(Guid id)
        {
            var row = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == id, Ct);
            var (_, predicted) = Assert.Single(await PredictedSoFar.ReadAsync(context, [row], Ct));
            return (predicted.Records, predicted.Tokens, predicted.At);
        }
    }

    [Fact]
    public async Task A_look_finds_what_there_is_to_do_and_moves_the_clock_where_time_passes()
    {
        var nothing = new Look(Lapsed: false, Suspected: false, Expired: false, Cancelling: false, Done: false, ToPlan: false, ToDispatch: false);
        await using var context = await _tables.Database.OpenAsync(Ct);
        Assert.Equal(nothing, await LookAsync());
        Assert.Equal(1, await context.TickAsync(Ct));
        Assert.Equal(nothing, await Look.TakeAsync(context, timePasses: false, DateTimeOffset.UtcNow, Ct));
        Assert.Equal(1, await context.TickAsync(Ct));

        var waiting = nothing with { ToDispatch = true };
        var job = await _tables.AddJobAsync(2, Ct);
        Assert.Equal(waiting, await LookAsync());
        var first = context.Shards.Where(s => s.JobId == job && s.Number == 0);
        // Its lease ends with tick 3: lost is what is past it.
        await first.ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Dispatched).SetProperty(s => s.LeaseTick, 3), Ct);
        Assert.Equal(waiting, await LookAsync());
        Assert.Equal(waiting with { Lapsed = true }, await LookAsync());
        await first.ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, ShardStatus.Pending).SetProperty(s => s.Strikes, 1), Ct);
        Assert.Equal(waiting with { Suspected = true }, await LookAsync());
        await first.ExecuteUpdateAsync(set => set.SetProperty(s => s.Strikes, 0), Ct);

        var jobs = context.Jobs.Where(j => j.Id == job);
        await jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Planning).SetProperty(j => j.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-1)), Ct);
        Assert.Equal(waiting with { ToPlan = true, Expired = true }, await LookAsync());
        await jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Running).SetProperty(j => j.ShardsPersisted, 2).SetProperty(j => j.ExpiresAt, (DateTimeOffset?)null), Ct);
        Assert.Equal(nothing with { Done = true }, await LookAsync());
        await jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, JobStatus.Cancelling), Ct);
        Assert.Equal(nothing with { Cancelling = true }, await LookAsync());
        await jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.DeletedAt, DateTimeOffset.UtcNow), Ct);
        Assert.Equal(nothing, await LookAsync());

        Task<Look> LookAsync() => Look.TakeAsync(context, timePasses: true, DateTimeOffset.UtcNow, Ct);
    }

    private static ShardPersisted Stored(Guid job, int number) => new(
        new ShardId(job, number), 1, $"w{number}", new OutcomeCounts(90, 6, 1, 3, 500, 600), Chunks.Started, Chunks.Started.AddSeconds(2), Chunks.Started.AddSeconds(1),
        [new LengthBucket(16, 90, 500, 600)]);
}

public sealed class PostgresShardTrackingTests() : ShardTrackingContract("Postgres");

public sealed class SqliteShardTrackingTests() : ShardTrackingContract("Sqlite");
