using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.Data.Sqlite;

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
        await using var host = await ClockedHost.StartAsync(folder, new() { ["Coordinator:LeaseSeconds"] = "3", ["Coordinator:WorkerTimeoutSeconds"] = "3" }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await client.ModelAsync("sentiment", ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);

        double[] days = [1, -3, 30, -30, 0.01, 365];
        for (int i = 0; i < days.Length; i++)
        {
            int stored = i + 1;
            await client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted >= stored, ct);
            host.Jump(TimeSpan.FromDays(days[i]));
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
}
