using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Retain;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>What the settings <c>Retention__JobDays</c> and <c>Retention__PredictionDays</c> delete by themselves, while days pass.</summary>
public sealed class AutomaticRetentionTests
{
    private const string Shared = "every job has this";
    private static readonly TimeSpan ThreeDays = TimeSpan.FromDays(3);

    [Theory(Timeout = 300_000)]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Old_jobs_and_the_predictions_that_only_they_name_go_and_young_ones_and_what_those_name_stay(string provider)
    {
        var ct = TestContext.Current.CancellationToken;
        string? database = provider == "Postgres" ? await TestServers.CreateDatabaseAsync(ct) : null;
        try
        {
            using var folder = new TemporaryFolder();
            await using var host = await ClockedHost.StartAsync(folder, Settings(provider, database, jobDays: 7, predictionDays: 7), ct);
            using var client = new BatchInferClient(host.BaseAddress);
            await client.ModelAsync("sentiment", ct);
            var jobs = new List<JobResource>();
            for (int i = 0; i < 3; i++)
            {
                jobs.Add(await PredictAsync(client, [Shared, $"only job {i} has this"], ct));
                host.Jump(ThreeDays);
            }

            // The first is nine days old, then the second; the third stays below seven.
            for (int gone = 0; gone < 2; gone++)
            {
                await WakeAsync(host, client, ct);
                await DeletedAsync(client, jobs[gone].Id, ct);
                await StoredAsync(client, 3 - gone, ct);
                Assert.Null(await client.FindAsync("sentiment", $"only job {gone} has this", ct: ct));
                foreach (var kept in jobs[(gone + 1)..])
                {
                    Assert.Equal(JobStatus.Completed, (await client.GetJobAsync(kept.Id, ct)).Status);
                    Assert.All(await client.LinesAsync(kept, ct), line => Assert.NotNull(line.Output));
                }

                if (gone == 0) host.Jump(ThreeDays);
            }

            // Older than all that is left, and named by it.
            Assert.Equal(jobs[0].Id, (await client.FindAsync("sentiment", Shared, ct: ct))!.JobId);
        }
        finally
        {
            if (database is not null) await TestServers.DropDatabaseAsync(database);
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Without_days_for_predictions_those_of_an_old_job_stay()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var host = await ClockedHost.StartAsync(folder, Settings("Sqlite", null, jobDays: 7, predictionDays: 0), ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await client.ModelAsync("sentiment", ct);
        var old = await PredictAsync(client, ["kept without its job"], ct);
        host.Jump(TimeSpan.FromDays(400));
        var young = await PredictAsync(client, ["another"], ct);
        await WakeAsync(host, client, ct);
        await DeletedAsync(client, old.Id, ct);
        Assert.Equal(young.Id, (await client.GetJobAsync(young.Id, ct)).Id);
        Assert.Equal(old.Id, (await client.FindAsync("sentiment", "kept without its job", ct: ct))!.JobId);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_deleted_job_of_which_nothing_is_left_holds_up_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var host = await ClockedHost.StartAsync(folder, Settings("Sqlite", null, jobDays: 0, predictionDays: 0), ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await client.ModelAsync("sentiment", ct);
        var job = await PredictAsync(client, ["soon gone"], ct);
        await client.DeleteJobAsync(job.Id, ct);
        var deleted = host.Services.GetRequiredService<DeletedJobs>();

        Assert.True(await deleted.PurgeAsync(DateTimeOffset.MaxValue, ct));
        // With no time to do anything in.
        Assert.True(await deleted.PurgeAsync(DateTimeOffset.MinValue, ct));
        host.Jump(TimeSpan.FromMinutes(31));
        Assert.True(await deleted.PurgeAsync(DateTimeOffset.MaxValue, ct));
        await using var context = await host.Services.GetRequiredService<CoordinatorDatabase>().OpenAsync(ct);
        Assert.Equal(0, await context.Jobs.IgnoreQueryFilters().CountAsync(ct));
    }

    private static Dictionary<string, string> Settings(string provider, string? database, int jobDays, int predictionDays)
    {
        var settings = new Dictionary<string, string> { ["Database:Provider"] = provider, ["Retention:JobDays"] = $"{jobDays}", ["Retention:PredictionDays"] = $"{predictionDays}" };
        if (database is not null) settings["Database:ConnectionString"] = database;
        return settings;
    }

    private static async Task<JobResource> PredictAsync(BatchInferClient client, string[] texts, CancellationToken ct)
    {
        var request = new JobRequest { Model = "sentiment", Input = new JobInput { Records = new JsonArray([.. texts.Select(t => JsonValue.Create(t))]) } };
        return await client.CompletedAsync((await client.SubmitJobAsync(request, null, ct)).Id, ct);
    }

    /// <summary>Deletes a job that is in nobody's way: then the loop looks at once what else there is to do. No job runs, and its last look is hours ago.</summary>
    private static async Task WakeAsync(ClockedHost host, BatchInferClient client, CancellationToken ct)
    {
        var job = await PredictAsync(client, [Shared], ct);
        host.Jump(TimeSpan.FromHours(2));
        await client.DeleteJobAsync(job.Id, ct);
    }

    private static async Task DeletedAsync(BatchInferClient client, Guid job, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            try
            {
                await client.GetJobAsync(job, ct);
            }
            catch (BatchInferApiException e) when (e.Status == HttpStatusCode.NotFound)
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    /// <summary>Waits until no more than so many predictions are stored; fewer are a mistake.</summary>
    private static async Task StoredAsync(BatchInferClient client, long count, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            long stored = (await client.GetStorageAsync(ct)).Models.Sum(m => m.Predictions);
            Assert.InRange(stored, count, long.MaxValue);
            if (stored == count) return;
            await timer.WaitForNextTickAsync(ct);
        }
    }
}
