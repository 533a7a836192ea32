using System.Net;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Faults.Chaos;
using BatchInfer.IntegrationTests.Hosting;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>The disk of PostgreSQL fills up while a job runs: its tables cannot grow, and when its log cannot either, it falls.</summary>
[Collection(ServerFaults.Name)]
public sealed partial class FullDatabaseDiskTests
{
    private const int Records = 6000;

    [Fact(Timeout = 300_000)]
    public async Task With_the_disk_of_PostgreSQL_full_services_wait_and_say_so_and_go_on_when_there_is_room()
    {
        var ct = TestContext.Current.CancellationToken;
        var calm = await CalmRun.OfAsync(Records, ct);
        var configuration = new ChaosConfiguration(Coordinators: 1, Results: 1, Workers: 1, IsolatedWorkers: 0, CorporaByHttp: false, SmallDatabaseDisk: true);
        await using var cluster = await ChaosCluster.StartAsync(configuration, ct);
        foreach (var slot in cluster.Services) await slot.RunningAsync(ct);
        await cluster.Client.ReadyAsync(ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        var results = await cluster.Results[0].RunningAsync(ct);
        var job = await cluster.Client.SubmitAsync(new MemoryStream(calm.Corpus), "corpus.jsonl", CalmRun.Request, ct);
        await cluster.Client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);

        // In a new segment of its log, made by the first commit in it, there is room for a while; so it is the tables that meet the end of the disk first.
        await cluster.ExecuteAsync("SELECT pg_switch_wal()", ct);
        await cluster.ExecuteAsync("SELECT pg_logical_emit_message(true, 'batchinfer', 'a test')", ct);
        cluster.DatabaseDisk!.Fill();
        await results.SawAsync(NotYet(), ct);
        using var http = new HttpClient();
        var (status, checks) = await Health.ReadyAsync(http, results, ct);
        // It can be read from still.
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Matches("results-database: Waiting for the database to take writes: it refused one [0-9]+ s ago: could not extend file", checks);
        Assert.False((await cluster.Client.GetJobAsync(job.Id, ct)).Status.IsFinal(), "The job was over before the disk was full.");

        // Then the log, without which the server cannot be.
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            while (true) await cluster.ExecuteAsync("SELECT pg_logical_emit_message(false, 'batchinfer', 'a test'), pg_switch_wal()", ct);
        });
        cluster.DatabaseDisk.MakeRoom();
        await cluster.Servers.ReviveDatabaseAsync(ct);

        var done = await CompletedAsync(cluster.Client, job.Id, ct);
        Assert.Equal((Records, calm.Lines.Count(l => l.Error is not null)), (done.Counts.Total, done.Counts.Failed));
        await using var connection = await cluster.OpenAsync(ct);
        await Invariant.CheckAsync(connection, "With the disk full", job.Id, calm, ct);
    }

    /// <summary>The first answers may be about connections that fell with the server.</summary>
    private static async Task<JobResource> CompletedAsync(BatchInferClient client, Guid job, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await client.CompletedAsync(job, ct);
            }
            catch (BatchInferApiException e) when (e.Status == HttpStatusCode.ServiceUnavailable)
            {
                await client.ReadyAsync(ct);
            }
        }
    }

    [GeneratedRegex("Predictions of .* could not be stored and are tried again: .*could not extend file")]
    private static partial Regex NotYet();
}
