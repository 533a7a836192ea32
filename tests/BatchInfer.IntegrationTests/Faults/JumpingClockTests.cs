using BatchInfer.Contracts;
using BatchInfer.Coordinator;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>Clocks that jump by days, forward and back, while a job runs: no lease and no worker is lost by it.</summary>
public sealed class JumpingClockTests
{
    private const int Records = 20_000;

    [Fact(Timeout = 300_000)]
    public async Task A_clock_that_jumps_makes_no_shard_run_twice()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var clock = new JumpingTime();
        await using var app = Build(folder, clock);
        await app.StartAsync(ct);
        using var client = new BatchInferClient(new Uri(app.Urls.First()));
        await client.ModelAsync("sentiment", ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);

        double[] days = [1, -3, 30, -30, 0.01, 365];
        for (int i = 0; i < days.Length; i++)
        {
            int stored = i + 1;
            await client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted >= stored, ct);
            clock.Jump(TimeSpan.FromDays(days[i]));
        }

        var done = await client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        await client.LinesAsync(done, ct);
        await using var connection = new SqliteConnection($"Data Source={folder["data/coordinator.db"]};Pooling=false");
        await connection.OpenAsync(ct);
        await using var attempts = connection.CreateCommand();
        attempts.CommandText = "SELECT max(attempt) FROM shards";
        Assert.Equal(1L, await attempts.ExecuteScalarAsync(ct));
    }

    private static WebApplication Build(TemporaryFolder folder, TimeProvider clock)
    {
        Directory.CreateDirectory(folder["data"]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["Bus:Transport"] = "InMemory", ["Bus:DrainSeconds"] = "0", ["Database:Provider"] = "Sqlite", ["Database:Folder"] = folder["data"],
            ["Files:Folder"] = folder["files"], ["Files:SharedWithWorkers"] = "true", ["Corpora:Roots:0"] = folder["files"],
            ["Models:Folder"] = Repository.SampleModels, ["Worker:HeartbeatSeconds"] = "1", ["Coordinator:LeaseSeconds"] = "3", ["Coordinator:WorkerTimeoutSeconds"] = "3",
        })
            builder.Configuration[name] = value;
        builder.Services.AddSingleton(clock);
        builder.AddServiceDefaults("clock-tests");
        builder.AddCoordinator();
        builder.AddResults();
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.AddCoordinatorConsumers();
            bus.AddResultsConsumers();
            bus.AddWorkerConsumers();
        });
        builder.AddWorker();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapCoordinator();
        app.MapResults();
        return app;
    }

    /// <summary>The machine's time, set forward or back by someone. Its monotonic clock and its timers go on as they do.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private long _offset;

        public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));
    }
}
