using BatchInfer.Contracts;
using BatchInfer.Coordinator;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.SplitShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.Corpus;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>Events of a job in any order, doubled, late and contradictory: its counts always agree with its shards, and it comes to an end.</summary>
public sealed class JobStatesTests : IAsyncLifetime
{
    private const int Records = 40, Shards = 5;
    private const string FileId = "file-0123456789abcdef01234567";
    private readonly TemporaryFolder _folder = new();
    private CoordinatorDatabase _database = null!;
    private JobEnd _end = null!;
    private JobProgress _progress = null!;
    private ShardAttempts _attempts = null!;
    private ObjectStorage _storage = null!;
    private ShardSplitter _splitter = null!;

    private enum Step
    {
        Dispatch, Persist, PersistAgain, Passing, Poisoned, HandBack, Unanswered, Suspect, Discarded, Tick, Lapse, Judge, Split, Pause, Resume, Cancel,
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
        SqliteCoordinatorContext.Configure(options, $"Data Source={Path.Combine(_folder.Path, "coordinator.db")};Default Timeout=30");
        _database = new CoordinatorDatabase(() => new SqliteCoordinatorContext(options.Options), null, NullLogger<CoordinatorDatabase>.Instance);
        await _database.StartAsync(Ct);
        var settings = Options.Create(new CoordinatorOptions { LeaseSeconds = 3 });
        _end = new JobEnd(_database, new JobLog(NullLogger<JobLog>.Instance), TimeProvider.System);
        _progress = new JobProgress(_database, _end, TimeProvider.System);
        _attempts = new ShardAttempts(_database, _end, settings, NullLogger<ShardAttempts>.Instance);
        var files = new FileStore(_database, Options.Create(new FilesOptions { Folder = _folder.Path, SharedWithWorkers = true }), TimeProvider.System);
        await File.WriteAllLinesAsync(files.PathOf(FileId), Enumerable.Range(0, Records).Select(i => $"record {i}"), Ct);
        _storage = new ObjectStorage(new ObjectStorageOptions(), TimeProvider.System);
        _splitter = new ShardSplitter(_database, new Corpora(files, _storage, TimeProvider.System), _end, new DispatchSignal(TimeProvider.System), NullLogger<ShardSplitter>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.StopAsync(CancellationToken.None);
        SqliteConnection.ClearAllPools();
        _storage.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public Task Counts_agree_with_shards_after_every_event_and_the_job_ends() =>
        Seeded.CheckAsync(Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 30]).Array[10, 60], 60, RunAsync);

    [Fact]
    public Task Events_of_a_deleted_job_change_nothing() =>
        Seeded.CheckAsync(Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 30]).Array[10, 40], 20, RunDeletedAsync);

    /// <summary>As in one process, which starts again each time.</summary>
    [Fact]
    public async Task A_model_that_kills_its_process_whatever_it_is_given_fails_the_job_after_so_many_deaths()
    {
        var job = await InsertAsync();
        await using var context = await _database.OpenAsync(Ct);
        int deaths = 0;
        while (await StatusAsync() == JobStatus.Running)
        {
            await _splitter.SplitAsync(Ct);
            var next = await context.Shards.AsNoTracking().Where(Suspicion.Dispatchable).Where(s => s.JobId == job).OrderBy(s => s.Number).Take(2).ToListAsync(Ct);
            foreach (var shard in next) await DispatchAsync(context, shard);
            if (Suspicion.Condemnation(next[0]) is not null)
            {
                await PersistAsync(next[0]);
                continue;
            }

            if (Suspicion.RunsAlone(next[0]))
                Assert.True(await _attempts.MayStartAsync(new SuspectStarting(new ShardId(job, next[0].Number), next[0].Attempt + 1, "worker"), Ct));
            await _attempts.LapseAllAsync(Ct);
            Assert.InRange(++deaths, 1, 40);
        }

        Assert.Equal(JobStatus.Failed, await StatusAsync());
        Assert.InRange(deaths, Suspicion.JobStrikes + 1, 40);

        async Task<JobStatus> StatusAsync() => (await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == job, Ct)).Status;
    }

    private async Task RunAsync((Step Step, int Which)[] steps)
    {
        var job = await InsertAsync();
        JobStatus? ended = null;
        foreach (var (step, which) in steps)
        {
            await using (var context = await _database.OpenAsync(Ct))
            {
                var shards = await context.Shards.AsNoTracking().Where(s => s.JobId == job).OrderBy(s => s.Number).ToListAsync(Ct);
                await DoAsync(context, job, step, shards[which % shards.Count]);
            }

            ended = await AssertConsistentAsync(job, ended);
        }

        await FinishAsync(job);
        Assert.Contains(await AssertConsistentAsync(job, ended), (JobStatus?[])[JobStatus.Completed, JobStatus.Cancelled, JobStatus.Failed]);
    }

    /// <summary>The same steps three times: while the job runs, when it is over and nobody sees it any more, and when its shards are gone.</summary>
    private async Task RunDeletedAsync((Step Step, int Which)[] steps)
    {
        var job = await InsertAsync();
        await using var context = await _database.OpenAsync(Ct);
        foreach (var (step, which) in steps) await DoAsync(context, job, step, (await ShardsAsync())[which % Shards]);
        await FinishAsync(job);
        var known = await ShardsAsync();
        await context.Jobs.Where(j => j.Id == job).ExecuteUpdateAsync(set => set.SetProperty(j => j.DeletedAt, DateTimeOffset.UtcNow), Ct);
        var deleted = await JobAsync();

        await LateAsync();
        await context.Shards.Where(s => s.JobId == job).ExecuteDeleteAsync(Ct);
        await LateAsync();
        Assert.Empty(await ShardsAsync());

        async Task LateAsync()
        {
            foreach (var (step, which) in steps)
            {
                await DoAsync(context, job, step, known[which % known.Count]);
                Assert.Equivalent(deleted, await JobAsync(), strict: true);
            }
        }

        Task<Job> JobAsync() => context.Jobs.IgnoreQueryFilters().AsNoTracking().SingleAsync(j => j.Id == job, Ct);

        Task<List<Shard>> ShardsAsync() => context.Shards.AsNoTracking().Where(s => s.JobId == job).OrderBy(s => s.Number).ToListAsync(Ct);
    }

    private async Task DoAsync(CoordinatorContext context, Guid job, Step step, Shard shard)
    {
        var id = new ShardId(job, shard.Number);
        var message = new InferShard(id, shard.Attempt, "m", "r", "t", "{}", new Uri("file:///f"), new RecordSchema(RecordFormat.Text, "text", null, null, null),
            shard.Offset, shard.Length, shard.FirstOrdinal, shard.FirstLine, shard.RecordCount);
        switch (step)
        {
            case Step.Dispatch: await DispatchAsync(context, shard); break;
            case Step.Persist or Step.PersistAgain: await PersistAsync(shard); break;
            case Step.Passing: await _attempts.DeferAsync(message, "the store is away", Ct); break;
            case Step.Poisoned: await _attempts.StrikeAsync(message, "the model failed", Ct); break;
            case Step.HandBack: await _attempts.HandBackAsync(id, shard.Attempt, Ct); break;
            case Step.Unanswered: await _attempts.UnansweredAsync(id, shard.Attempt, Ct); break;
            case Step.Suspect: await _attempts.MayStartAsync(new SuspectStarting(id, shard.Attempt, "worker"), Ct); break;
            case Step.Discarded: await _attempts.DiscardAsync(id, Ct); break;
            case Step.Tick: await Look.TakeAsync(context, timePasses: true, DateTimeOffset.UtcNow, Ct); break;
            case Step.Lapse:
                for (int i = 0; i < 5; i++) await Look.TakeAsync(context, timePasses: true, DateTimeOffset.UtcNow, Ct);
                await _attempts.LapseAsync(Ct);
                break;
            case Step.Judge: await _attempts.JudgeAsync(2, Ct); break;
            case Step.Split: await _splitter.SplitAsync(Ct); break;
            case Step.Pause: await SetAsync(context, job, JobStatus.Running, JobStatus.Paused); break;
            case Step.Resume: await SetAsync(context, job, JobStatus.Paused, JobStatus.Running); break;
            // Seldom: it ends the story.
            case Step.Cancel when shard.Number == 3: await _end.CancelAsync(job, Ct); break;
        }
    }

    private static Task<int> SetAsync(CoordinatorContext context, Guid job, JobStatus from, JobStatus to) =>
        context.Jobs.Where(j => j.Id == job && j.Status == from).ExecuteUpdateAsync(set => set.SetProperty(j => j.Status, to), Ct);

    /// <summary>As the dispatcher marks it.</summary>
    private static async Task DispatchAsync(CoordinatorContext context, Shard shard)
    {
        long tick = await context.TickAsync(Ct);
        await context.Shards.Where(Suspicion.Dispatchable).Where(s => s.JobId == shard.JobId && s.Number == shard.Number && s.Attempt == shard.Attempt)
            .ExecuteUpdateAsync(set => set
                .SetProperty(s => s.Status, ShardStatus.Dispatched).SetProperty(s => s.Attempt, shard.Attempt + 1)
                .SetProperty(s => s.DispatchTick, tick).SetProperty(s => s.LeaseTick, tick + 3), Ct);
    }

    private Task<PersistedEffect> PersistAsync(Shard shard) => _progress.PersistedAsync(
        new ShardPersisted(new ShardId(shard.JobId, shard.Number), shard.Attempt, "worker", new OutcomeCounts(shard.RecordCount - shard.RecordCount / 3, 0, 0, shard.RecordCount / 3, 9, 9),
            DateTimeOffset.UtcNow, DateTimeOffset.UtcNow), Ct);

    /// <summary>From here on all goes well: what can be sent is, and is stored.</summary>
    private async Task FinishAsync(Guid job)
    {
        for (int round = 0; round < 40; round++)
        {
            await using var context = await _database.OpenAsync(Ct);
            if (await context.Jobs.AnyAsync(j => j.Id == job && j.FinishedAt != null, Ct)) return;
            await SetAsync(context, job, JobStatus.Paused, JobStatus.Running);
            for (int i = 0; i < 5; i++) await Look.TakeAsync(context, timePasses: true, DateTimeOffset.UtcNow, Ct);
            await _attempts.LapseAsync(Ct);
            await _attempts.JudgeAsync(2, Ct);
            await _splitter.SplitAsync(Ct);
            await _end.CloseCancelledAsync(context, job, Ct);
            foreach (var shard in await context.Shards.AsNoTracking().Where(s => s.JobId == job && s.Status == ShardStatus.Pending).ToListAsync(Ct))
                await DispatchAsync(context, shard);
            foreach (var shard in await context.Shards.AsNoTracking().Where(s => s.JobId == job && s.Status == ShardStatus.Dispatched).ToListAsync(Ct))
                await PersistAsync(shard);
        }
    }

    [Fact]
    public async Task A_shard_whose_corpus_cannot_be_read_now_waits_to_be_split_and_ends_nothing()
    {
        var job = await InsertAsync();
        await using var context = await _database.OpenAsync(Ct);
        await context.Shards.Where(s => s.JobId == job && s.Number == 1).ExecuteUpdateAsync(set => set.SetProperty(s => s.Strikes, Suspicion.SplitAt), Ct);
        // A folder in its place is as unreadable as a file that somebody else owns.
        string corpus = Path.Combine(_folder.Path, FileId), aside = corpus + ".aside";
        File.Move(corpus, aside);
        Directory.CreateDirectory(corpus);
        var (ended, postponed) = await _splitter.SplitAsync(Ct);
        Assert.True(postponed);
        Assert.Empty(ended);
        Assert.Equal(0, await context.Shards.CountAsync(s => s.JobId == job && s.Status == ShardStatus.Split, Ct));

        Directory.Delete(corpus);
        File.Move(aside, corpus);
        (ended, postponed) = await _splitter.SplitAsync(Ct);
        Assert.False(postponed);
        Assert.Empty(ended);
        Assert.Equal(1, (await context.Shards.AsNoTracking().SingleAsync(s => s.JobId == job && s.Status == ShardStatus.Split, Ct)).Number);
    }

    private async Task<Guid> InsertAsync()
    {
        await using var context = await _database.OpenAsync(Ct);
        var id = Guid.CreateVersion7();
        context.Jobs.Add(new Job
        {
            Id = id, Status = JobStatus.Planning, Model = "m", Revision = "r", Task = "t", Parameters = "{}", FileId = FileId, Format = RecordFormat.Text,
            TextField = "text", Metadata = "{}", Priority = 10, CreatedAt = DateTimeOffset.UtcNow,
        });
        await context.SaveChangesAsync(Ct);
        var ranges = new List<PlannedShard>();
        long offset = 0;
        for (int i = 0; i < Shards; i++)
        {
            int first = i * Records / Shards, count = Records / Shards;
            long length = Enumerable.Range(first, count).Sum(r => $"record {r}\n".Length);
            ranges.Add(new PlannedShard(new ShardRange(offset, length, first, first + 1, count, first + count + 1)));
            offset += length;
        }

        Assert.True(await ShardWriter.AppendAsync(context, id, 0, ranges, Ct));
        await context.Jobs.Where(j => j.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(j => j.Status, JobStatus.Running).SetProperty(j => j.PlannedAt, DateTimeOffset.UtcNow), Ct);
        return id;
    }

    private async Task<JobStatus?> AssertConsistentAsync(Guid id, JobStatus? ended)
    {
        await using var context = await _database.OpenAsync(Ct);
        var job = await context.Jobs.AsNoTracking().SingleAsync(j => j.Id == id, Ct);
        var shards = await context.Shards.AsNoTracking().Where(s => s.JobId == id).ToListAsync(Ct);
        var persisted = shards.Where(s => s.Status == ShardStatus.Persisted).ToList();
        var standing = shards.Where(s => s.Status != ShardStatus.Split).ToList();

        Assert.Equal((persisted.Count, standing.Count, Records), (job.ShardsPersisted, job.Shards, standing.Sum(s => s.RecordCount)));
        Assert.Equal(persisted.Sum(s => (long)s.RecordCount), job.Computed + job.Cached + job.Failed);
        Assert.Equal(Enumerable.Range(0, Records), standing.SelectMany(s => Enumerable.Range((int)s.FirstOrdinal, s.RecordCount)).Order());
        Assert.All(shards, s => Assert.Equal(s.Status == ShardStatus.Dispatched, s.LeaseTick is not null));
        Assert.Equal(job.Status.IsFinal(), job.FinishedAt is not null);
        if (job.Status == JobStatus.Completed) Assert.Equal(Records, job.Computed + job.Cached + job.Failed);
        if (ended is not null) Assert.Equal(ended, job.Status);
        return job.Status.IsFinal() ? job.Status : null;
    }
}
