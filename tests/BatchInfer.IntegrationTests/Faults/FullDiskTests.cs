using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.Data.Sqlite;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A disk without room, or that cannot be written, costs time and no record.</summary>
public sealed partial class FullDiskTests
{
    private const int Records = 6000;

    [Fact(Timeout = 300_000)]
    public async Task With_the_disk_full_a_job_waits_and_goes_on_when_there_is_room()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var disk = await SmallDisk.MountAsync(megabytes: 64);
        await using var process = await StartAsync(disk, ct);
        using var client = new BatchInferClient(process.BaseAddress);
        await client.ModelAsync("sentiment", ct);
        var job = await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "corpus.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct);
        await client.UntilAsync(job.Id, j => j.Counts.ShardsPersisted > 0, ct);
        disk.Fill();

        using var http = new HttpClient { BaseAddress = process.BaseAddress };
        using var upload = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"text\":\"much\"}\n", 200_000)))), "file", "much.jsonl" } };
        using var refused = await http.PostAsync("/v1/files", upload, ct);
        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        // Both databases have met it: the one that stores predictions, and the one that knows the job.
        await process.SawAsync(PersistRefused(), ct);
        await process.SawAsync(CoordinatorWaits(), ct);
        Assert.Matches("results-database: Waiting for the database to take writes: .*disk (is full|I/O error)", (await Health.ReadyAsync(http, process, ct)).Checks);
        Assert.False((await client.GetJobAsync(job.Id, ct)).Status.IsFinal(), "The job was over before the disk was full.");
        disk.MakeRoom();

        var done = await client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        var lines = await client.LinesAsync(done, ct);
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"g-{i}"), lines.Select(l => l.CustomId));
        Assert.All(lines, line => Assert.Equal(2, Jobs.Scores(line.Output!.Value).Count));
        // No process has died, so no shard is suspected of anything.
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(disk.Path, "data", "coordinator.db")};Pooling=false");
        await connection.OpenAsync(ct);
        await using var strikes = connection.CreateCommand();
        strikes.CommandText = "SELECT sum(strikes) FROM shards";
        Assert.Equal(0L, await strikes.ExecuteScalarAsync(ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_folder_that_cannot_be_written_is_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var disk = await SmallDisk.MountAsync(megabytes: 8);
        await disk.MakeReadOnlyAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(disk, ct));
        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex("R-RETRY .*batchinfer-persist")]
    private static partial Regex PersistRefused();

    [GeneratedRegex("Interrupted by the database .*disk is full")]
    private static partial Regex CoordinatorWaits();

    private static Task<ServiceProcess> StartAsync(SmallDisk disk, CancellationToken ct) => ServiceProcess.StartAsync(
        "BatchInfer.Standalone", new Dictionary<string, string>(), ct,
        "--data", Path.Combine(disk.Path, "data"), "--models", Repository.SampleModels, "--urls", "http://127.0.0.1:0");
}
