using BatchInfer.Contracts;
using BatchInfer.Coordinator;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>What is kept of workers' announcements, whichever database it is kept in.</summary>
public abstract class HeartbeatsContract(string provider) : IAsyncLifetime
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private CoordinatorTables _tables = null!;
    private Heartbeats _heartbeats = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tables = await CoordinatorTables.CreateAsync(provider, Ct);
        var options = Options.Create(new CoordinatorOptions());
        var models = new AnnouncedModels(new LiveWorkers(options), Options.Create(new ModelFilesOptions()), TimeProvider.System, NullLogger<AnnouncedModels>.Instance);
        _heartbeats = new Heartbeats(_tables.Database, models, new ShardLeases(options, TimeProvider.System), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _heartbeats.DisposeAsync();
        await _tables.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Many_that_speak_at_once_are_all_kept_and_a_name_is_promoted_once()
    {
        string[] workers = [.. Enumerable.Range(0, 60).Select(i => $"w{i:00}")];
        var first = await Task.WhenAll(workers.Select(w => HearAsync(w, 0)));
        Assert.All(first, heard => Assert.True(heard.IsNew));
        Assert.Equal("m", Assert.Single(first.SelectMany(heard => heard.Promoted)).Model.Name);
        Assert.Equal(workers, (await WorkersAsync()).Keys.Order());

        await using (var context = await _tables.Database.OpenAsync(Ct)) await Look.TakeAsync(context, timePasses: true, Begin, Ct);
        var second = await Task.WhenAll(workers.Select((w, i) => HearAsync(w, 5, memory: i == 0 ? null : i)));
        Assert.All(second, heard => Assert.Equal(Heartbeats.Heard.Nothing, heard));
        var kept = await WorkersAsync();
        Assert.All(kept.Values, w => Assert.Equal(1, w.SeenTick));
        Assert.Equal(workers.Select((_, i) => i == 0 ? (long?)null : i), workers.Select(w => kept[w].MemoryBytes));
    }

    [Fact]
    public async Task Who_left_does_not_come_back_with_a_heartbeat_that_was_on_its_way()
    {
        await HearAsync("stays", 0);
        await HearAsync("leaves", 0);
        // In one group, in whatever order they arrive.
        await Task.WhenAll(HearAsync("leaves", 6, leaving: true), HearAsync("leaves", 5), HearAsync("stays", 5));
        await HearAsync("leaves", 4);
        Assert.Equal(["stays"], (await WorkersAsync()).Keys);
    }

    [Fact]
    public async Task A_worker_that_serves_something_else_is_new()
    {
        await HearAsync("w", 0);
        var heard = await HearAsync("w", 5, revision: "r2");
        Assert.True(heard.IsNew);
        // Its name waits for somebody to say that it stands for the new one.
        Assert.Empty(heard.Promoted);
        Assert.Equal("r2", (await WorkersAsync())["w"].Revision);
    }

    private Task<Heartbeats.Heard> HearAsync(string worker, int seconds, bool leaving = false, long? memory = 1, string revision = "r") => _heartbeats.HearAsync(
        new WorkerAnnounced(
            worker, "host", [new ModelDescriptor("m", revision, "a", "t", new Dictionary<string, string>(), 512, [], 1)], [], Begin.AddSeconds(seconds), leaving, memory), Ct);

    private async Task<Dictionary<string, KnownWorker>> WorkersAsync()
    {
        await using var context = await _tables.Database.OpenAsync(Ct);
        return await context.Workers.AsNoTracking().ToDictionaryAsync(w => w.Worker, Ct);
    }
}

public sealed class PostgresHeartbeatsTests() : HeartbeatsContract("Postgres");

public sealed class SqliteHeartbeatsTests() : HeartbeatsContract("Sqlite");
