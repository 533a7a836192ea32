using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.ShareKeys;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>What holds for claims of keys, whichever database they are in.</summary>
public abstract class KeyClaimsContract(string provider) : IAsyncLifetime
{
    private static readonly Guid[] Keys = [.. Enumerable.Range(0, 100).Select(_ => Guid.NewGuid())];
    private CoordinatorTables _tables = null!;
    private KeyClaims _claims = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tables = await CoordinatorTables.CreateAsync(provider, Ct);
        _claims = new KeyClaims(_tables.Database);
    }

    public async ValueTask DisposeAsync()
    {
        await _tables.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_key_is_one_shards_while_that_attempt_is_in_flight()
    {
        var (first, second) = (await DispatchAsync(), await DispatchAsync());
        Assert.Equal(100, await ClaimAsync(first, Keys));
        Assert.Equal(0, await ClaimAsync(second, Keys));
        // A message that is tried again asks again.
        Assert.Equal(100, await ClaimAsync(first, Keys));

        Assert.Equal(1, await ClaimAsync(second, [Keys[0], Guid.NewGuid()]));
        await SetAsync(first, ShardStatus.Persisted, 1);
        Assert.Equal(100, await ClaimAsync(second, Keys));
    }

    [Theory]
    [InlineData("Pending", 1)]
    [InlineData("Dispatched", 2)]
    [InlineData("Discarded", 1)]
    [InlineData("Split", 1)]
    public async Task A_claim_is_void_when_its_attempt_is_over_however_that_came(string status, int attempt)
    {
        var (first, second) = (await DispatchAsync(), await DispatchAsync());
        Assert.Equal(100, await ClaimAsync(first, Keys));
        await SetAsync(first, Enum.Parse<ShardStatus>(status), attempt);
        Assert.Equal(100, await ClaimAsync(second, Keys));
        // Whoever is late finds them taken.
        Assert.Equal(0, await ClaimAsync(first, Keys));
    }

    [Fact]
    public async Task A_worker_may_be_quicker_than_the_mark_that_its_shard_was_sent()
    {
        var (first, second) = (await DispatchAsync(), await DispatchAsync());
        await SetAsync(first, ShardStatus.Pending, 0);
        Assert.Equal(100, await ClaimAsync(first, Keys));
        Assert.Equal(0, await ClaimAsync(second, Keys));
    }

    [Fact]
    public async Task Keys_that_became_error_rows_are_anyones()
    {
        var (first, second) = (await DispatchAsync(), await DispatchAsync());
        Assert.Equal(100, await ClaimAsync(first, Keys));
        Assert.Equal(0, await ClaimAsync(first, [], failed: Keys[..30]));
        Assert.Equal(30, await ClaimAsync(second, Keys));
        // It gives up what is its own only.
        await ClaimAsync(first, [], failed: Keys[..30]);
        Assert.Equal(0, await ClaimAsync(first, Keys[..30]));
    }

    [Fact(Timeout = 60_000)]
    public async Task Shards_that_claim_at_once_get_each_key_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var shards = new List<ShardId>();
        for (int i = 0; i < 6; i++) shards.Add(await DispatchAsync());
        var all = Enumerable.Range(0, 3000).Select(_ => Guid.NewGuid()).ToArray();
        var granted = await Task.WhenAll(shards.Select((shard, i) => Task.Run(
            () => ClaimAsync(shard, i % 2 == 0 ? all : [.. all.Reverse()]), ct)));
        Assert.Equal(all.Length, granted.Sum());
    }

    [Fact]
    public async Task A_sweep_removes_what_is_void_and_nothing_else()
    {
        var (first, second, third) = (await DispatchAsync(), await DispatchAsync(), await DispatchAsync());
        await ClaimAsync(first, Keys[..40]);
        await ClaimAsync(second, Keys[40..]);
        await SetAsync(first, ShardStatus.Persisted, 1);
        await _claims.SweepAsync(Ct);
        await using var context = await _tables.Database.OpenAsync(Ct);
        Assert.Equal(60, await context.Database.SqlQueryRaw<long>(context.Database.IsNpgsql()
            ? "SELECT count(*) AS \"Value\" FROM coordinator.claims" : "SELECT count(*) AS \"Value\" FROM claims").SingleAsync(Ct));
        Assert.Equal(40, await ClaimAsync(third, Keys));
    }

    private async Task<int> ClaimAsync(ShardId shard, Guid[] keys, Guid[]? failed = null)
    {
        byte[] granted = await _claims.ClaimAsync(new ClaimKeys(shard, 1, KeyBits.Pack(keys), KeyBits.Pack(failed ?? [])), Ct);
        return Enumerable.Range(0, keys.Length).Count(i => KeyBits.IsSet(granted, i));
    }

    private async Task<ShardId> DispatchAsync()
    {
        var shard = new ShardId(await _tables.AddJobAsync(shards: 1, Ct), 0);
        await SetAsync(shard, ShardStatus.Dispatched, 1);
        return shard;
    }

    private async Task SetAsync(ShardId id, ShardStatus status, int attempt)
    {
        await using var context = await _tables.Database.OpenAsync(Ct);
        await context.Shards.Where(s => s.JobId == id.JobId && s.Number == id.Number)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, status).SetProperty(s => s.Attempt, attempt), Ct);
    }
}

public sealed class PostgresKeyClaimsTests() : KeyClaimsContract("Postgres");

public sealed class SqliteKeyClaimsTests() : KeyClaimsContract("Sqlite");
