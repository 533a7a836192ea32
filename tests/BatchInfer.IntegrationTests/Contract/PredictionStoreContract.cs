using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>What every prediction store does. One subclass for each database.</summary>
public abstract partial class PredictionStoreContract : IAsyncLifetime
{
    private readonly Guid _job = Guid.NewGuid();
    private DatabaseOptions? _options;
    private IPredictionStore? _store;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected IPredictionStore Store => _store!;

    private protected DatabaseOptions Options => _options!;

    private ShardId Shard => new(_job, 0);

    public async ValueTask InitializeAsync()
    {
        _options = await CreateDatabaseAsync();
        await ResultsDatabase.MigrateAsync(_options, Ct);
        _store = Open(_options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is IAsyncDisposable store) await store.DisposeAsync();
        if (_options is not null) await DropDatabaseAsync(_options);
        GC.SuppressFinalize(this);
    }

    /// <summary>An empty database of the test's own; skips where there is no server.</summary>
    private protected abstract Task<DatabaseOptions> CreateDatabaseAsync();

    private protected abstract Task DropDatabaseAsync(DatabaseOptions options);

    /// <param name="options">The database.</param>
    /// <param name="rowsCounted">Rows above which storage is estimated.</param>
    private protected abstract IPredictionStore Open(DatabaseOptions options, long rowsCounted = IPredictionStore.RowsCounted);

    /// <summary>Has a server that estimates its rows now and then do so now.</summary>
    private protected virtual Task EstimateAsync(DatabaseOptions options) => Task.CompletedTask;

    [Fact]
    public async Task A_redelivered_chunk_inserts_nothing()
    {
        // One record short of complete: counting anything twice would show.
        var chunk = Chunks.Computed(Shard, 101, 0, 100);
        Assert.Equal(100, (await WriteAsync(chunk, Ct)).Inserted);

        var again = await WriteAsync(chunk, Ct);

        Assert.Equal(0, again.Inserted);
        Assert.Equal(0, again.Predictions);
        Assert.False(again.IsComplete);
        Assert.Equal(new OutcomeCounts(100, 0, 0, 0, 500, 800), again.Counts);
    }

    [Fact]
    public async Task A_shard_is_complete_with_its_last_chunk_and_stays_so()
    {
        Assert.False((await WriteAsync(Chunks.Computed(Shard, 30, 10, 30), Ct)).IsComplete);
        var last = await WriteAsync(Chunks.Computed(Shard, 30, 0, 10), Ct);
        Assert.True(last.IsComplete);
        Assert.Equal(new OutcomeCounts(30, 0, 0, 0, 150, 240), last.Counts);

        // The process ended after the commit and before it could say so: the chunk comes again.
        var again = await WriteAsync(Chunks.Computed(Shard, 30, 0, 10), Ct);
        Assert.True(again.IsComplete);
        Assert.Equal(0, again.Inserted);
        Assert.Equal(last.Counts, again.Counts);
    }

    [Fact]
    public async Task A_shard_without_records_is_complete_at_once() =>
        Assert.True((await WriteAsync(Chunks.Chunk(Shard, 0, [], []), Ct)).IsComplete);

    [Fact]
    public async Task Two_workers_with_different_chunks_count_each_record_once()
    {
        // The second worker finds some predictions stored, and says Cached where the first said Computed.
        await WriteAsync(Chunks.Computed(Shard, 100, 0, 40), Ct);
        var overlap = await WriteAsync(Chunks.Cached(Shard, 100, 20, 70, "w2", 2), Ct);
        Assert.Equal(30, overlap.Inserted);
        Assert.Equal(new OutcomeCounts(40, 30, 0, 0, 200, 320), overlap.Counts);
        Assert.False((await WriteAsync(Chunks.Computed(Shard, 100, 40, 80), Ct)).IsComplete);

        var last = await WriteAsync(Chunks.Computed(Shard, 100, 70, 100, "w2", 2), Ct);

        Assert.True(last.IsComplete);
        Assert.Equal(20, last.Inserted);
        Assert.Equal(100, last.Counts.Total);
        Assert.Equal(70, last.Counts.Computed);
        Assert.Equal(70 * 5, last.Counts.Tokens);
        await AssertEveryRecordOnceAsync(_job, 100);
    }

    [Fact]
    public async Task A_record_that_one_worker_predicts_and_another_fails_counts_once()
    {
        await WriteAsync(Chunks.Failed(Shard, 20, 0, 10), Ct);
        await WriteAsync(Chunks.Computed(Shard, 20, 5, 15, "w2"), Ct);
        var last = await WriteAsync(Chunks.Failed(Shard, 20, 10, 20), Ct);

        Assert.True(last.IsComplete);
        Assert.Equal(new OutcomeCounts(5, 0, 0, 15, 25, 40), last.Counts);
        var errors = await Store.ReadErrorsAsync(_job, -1, 100, Ct);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19], errors.Select(e => e.Ordinal));
        var lines = await Store.ReadLinesAsync(_job, -1, 100, Ct);
        Assert.All(lines, l => Assert.True(l.Output.Json is null != (l.Error is null)));
    }

    [Fact]
    public async Task The_halves_of_a_split_shard_take_over_what_the_whole_had_stored()
    {
        await WriteAsync(Chunks.Computed(Shard, 40, 5, 25), Ct);
        await WriteAsync(Chunks.Failed(Shard, 40, 25, 26), Ct);
        ShardId left = new(_job, 7), right = new(_job, 8);

        var first = await WriteAsync(Chunks.Cached(left, 20, 0, 20, "w2"), Ct);
        var second = await WriteAsync(Chunks.Cached(right, 20, 20, 40, "w3"), Ct);

        Assert.True(first.IsComplete);
        Assert.Equal(20, first.Counts.Total);
        Assert.True(second.IsComplete);
        Assert.Equal(20, second.Counts.Total);
        Assert.Equal(1, second.Counts.Failed);
        await AssertEveryRecordOnceAsync(_job, 40);
    }

    [Fact]
    public async Task A_late_chunk_of_a_split_shard_takes_nothing_back()
    {
        var late = Chunks.Computed(Shard, 40, 0, 20);
        ShardId left = new(_job, 7);
        await WriteAsync(Chunks.Computed(left, 20, 0, 10), Ct);

        await WriteAsync(late, Ct);
        var redelivered = await WriteAsync(Chunks.Computed(left, 20, 0, 10), Ct);

        Assert.False(redelivered.IsComplete);
        Assert.Equal(10, redelivered.Counts.Total);
        Assert.True((await WriteAsync(Chunks.Cached(left, 20, 10, 20), Ct)).IsComplete);
        await AssertEveryRecordOnceAsync(_job, 20);
    }

    [Fact]
    public async Task Duplicates_within_a_chunk_share_one_prediction()
    {
        var key = Chunks.Key("same");
        var chunk = Chunks.Chunk(Shard, 3, [Chunks.Prediction("same", Chunks.Output(1))],
            [Chunks.Item(0, OutcomeKind.Computed, key), Chunks.Item(2, OutcomeKind.Duplicate, key), Chunks.Item(1, OutcomeKind.Duplicate, key)]);

        var stored = await WriteAsync(chunk, Ct);

        Assert.Equal(new StoredChunk(3, 1, true, new OutcomeCounts(1, 2, 2, 0, 5, 8)), stored);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Writers_side_by_side_lose_and_double_nothing(int writers)
    {
        // Every writer delivers the whole shard, each cut at other places and shuffled, and twice at that. Keys meet across jobs too.
        const int Records = 600;
        var other = new ShardId(Guid.NewGuid(), 0);
        int completed = 0;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var random = new Random(w);
            int size = 37 + w * 23;
            var chunks = new List<PredictionsProduced>();
            foreach (var shard in (ShardId[])[Shard, other])
                for (int from = 0; from < Records; from += size)
                {
                    int to = Math.Min(Records, from + size);
                    var chunk = Chunks.Computed(shard, Records, from, to, $"w{w}");
                    chunks.Add(chunk);
                    chunks.Add(chunk with { Predictions = [.. chunk.Predictions.Reverse()], Items = [.. chunk.Items.Reverse()] });
                }

            var order = chunks.ToArray();
            random.Shuffle(order);
            foreach (var chunk in order)
                if ((await WriteAsync(chunk, Ct)).IsComplete) Interlocked.Increment(ref completed);
        }, Ct)));

        Assert.True(completed >= 2);
        foreach (var shard in (ShardId[])[Shard, other])
        {
            var again = await WriteAsync(Chunks.Computed(shard, Records, 0, 1), Ct);
            Assert.True(again.IsComplete);
            Assert.Equal(new OutcomeCounts(Records, 0, 0, 0, Records * 5, Records * 8), again.Counts);
            await AssertEveryRecordOnceAsync(shard.JobId, Records);
        }
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WriteAsync(Chunks.Computed(Shard, 10, 0, 10), cancelled.Token));
        Assert.Empty(await Store.ReadLinesAsync(_job, -1, 10, Ct));
        Assert.Equal(10, (await WriteAsync(Chunks.Computed(Shard, 10, 0, 10), Ct)).Inserted);
    }

    [Fact]
    public async Task A_chunk_that_cannot_be_stored_leaves_nothing_behind()
    {
        var good = Chunks.Computed(Shard, 10, 0, 10);
        var bad = good with { Items = [.. good.Items.Skip(1), good.Items[0] with { CustomId = null! }] };
        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(bad, Ct));

        Assert.Empty(await Store.ReadLinesAsync(_job, -1, 10, Ct));
        var stored = await WriteAsync(good, Ct);
        Assert.Equal((10, 10, true), (stored.Inserted, stored.Predictions, stored.IsComplete));
    }

    [Fact]
    public async Task Replicas_that_start_at_once_all_migrate()
    {
        var fresh = await CreateDatabaseAsync();
        try
        {
            // A SQLite folder has one owner; servers are shared.
            int replicas = fresh.Provider == DatabaseProvider.Postgres ? 4 : 1;
            await Task.WhenAll(Enumerable.Range(0, replicas).Select(_ => Task.Run(() => ResultsDatabase.MigrateAsync(fresh, Ct), Ct)));
            await ResultsDatabase.MigrateAsync(fresh, Ct);
            var store = Open(fresh);
            await using var _ = (IAsyncDisposable)store;
            Assert.True((await store.WriteAsync([Chunks.Computed(Shard, 10, 0, 10)], Ct))[0].IsComplete);
        }
        finally
        {
            await DropDatabaseAsync(fresh);
        }
    }

    private async Task<StoredChunk> WriteAsync(PredictionsProduced chunk, CancellationToken ct) => Assert.Single(await Store.WriteAsync([chunk], ct));

    private async Task AssertEveryRecordOnceAsync(Guid job, int records)
    {
        var lines = await Store.ReadLinesAsync(job, -1, records + 10, Ct);
        Assert.Equal(Enumerable.Range(0, records).Select(i => (long)i), lines.Select(l => l.Ordinal));
    }
}
