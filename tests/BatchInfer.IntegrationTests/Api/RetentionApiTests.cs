using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;
using Microsoft.Data.Sqlite;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>Two revisions compared, and what is old or of no use deleted; on a server of its own, since others' jobs would go too.</summary>
public sealed class RetentionApiTests
{
    private static readonly string[] Texts = ["a warm and funny film", "dull, long and loud", "we loved it"];

    [Fact(Timeout = 300_000)]
    public async Task A_backfill_is_compared_promoted_and_the_old_revision_deleted()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), folder["models/sentiment"]);
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings
            {
                DataFolder = folder["data"], ModelsFolder = folder["models"], Quiet = true, Arguments = ["--Models:RescanSeconds=1", "--Worker:HeartbeatSeconds=1"],
            }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        string old = (await client.ModelAsync("sentiment", ct)).Revision;
        var first = await PredictAsync(client, "sentiment", Texts, ct);
        await ModelFolderCopy.ChangeAsync(folder["models/sentiment"], ct);
        string @new = await NextRevisionAsync(client, old, ct);
        var second = await PredictAsync(client, $"sentiment@{@new}", [Texts[0], Texts[1], "only the new one knows this"], ct);

        // The files differ in a note: the answers are the same.
        var diff = await client.DiffAsync("sentiment", $"sentiment@{@new[..12]}", ct: ct);
        Assert.Equal((old, @new, 3L, 2L, true), (diff.Old.Revision, diff.New.Revision, diff.Inputs, diff.Covered, diff.Complete));
        Assert.Equal((2L, 2L, 0L), (diff.Comparison.Records, diff.Comparison.Equal, diff.Comparison.LabelFlips ?? -1));
        var ofJob = await client.DiffAsync("sentiment", $"sentiment@{@new}", second.Id, ct: ct);
        Assert.Equal((2L, 2L, 1L), (ofJob.Inputs, ofJob.Covered, ofJob.OnlyNew));
        Assert.False((await client.DiffAsync("sentiment", $"sentiment@{@new}", limit: 1, ct: ct)).Complete);
        Assert.Equal("new", (await Assert.ThrowsAsync<BatchInferApiException>(() => client.DiffAsync("sentiment", "sentiment", ct: ct))).Field);

        var history = await client.GetHistoryAsync("sentiment", Texts[0], ct: ct);
        Assert.Equal([(@new, true, second.Id), (old, true, first.Id)], history.Data.Select(a => (a.Revision!, a.Found, a.JobId!.Value)));
        Assert.Equal([false, true], (await client.GetHistoryAsync("sentiment", Texts[2], ct: ct)).Data.Select(a => a.Found));
        Assert.Equal(2, (await client.GetStorageAsync(ct)).Models.Count);

        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => client.RetainAsync(new RetentionRequest { Model = $"sentiment@{old}" }, ct));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        await client.PromoteModelAsync("sentiment", @new, ct);
        Assert.Equal((1, 0L), await client.RetainAllAsync(new RetentionRequest { Model = $"sentiment@{old}", DryRun = true }, ct));
        Assert.Equal((1, 3L), await client.RetainAllAsync(new RetentionRequest { Model = $"sentiment@{old}" }, ct));

        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.GetJobAsync(first.Id, ct))).Status);
        Assert.Equal(second.Id, Assert.Single((await client.ListJobsAsync(ct: ct)).Data).Id);
        Assert.Equal(@new, Assert.Single((await client.GetStorageAsync(ct)).Models).Revision);
        Assert.Equal([true, false], (await client.GetHistoryAsync("sentiment", Texts[0], ct: ct)).Data.Select(a => a.Found));

        // By age, nothing is old; by job, its predictions stay until nothing names them.
        Assert.Equal((0, 0L), await client.RetainAllAsync(new RetentionRequest { OlderThanDays = 1 }, ct));
        await client.DeleteJobAsync(second.Id, ct);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.DeleteJobAsync(second.Id, ct))).Status);
        Assert.Equal((0, 3L), await client.RetainAllAsync(new RetentionRequest { OlderThanDays = 0, Jobs = false }, ct));
        Assert.Empty((await client.GetStorageAsync(ct)).Models);
        Assert.Equal(3, (await PredictAsync(client, $"sentiment@{@new}", Texts, ct)).Counts.Computed);
        Assert.Equal("model", (await Assert.ThrowsAsync<BatchInferApiException>(() => client.RetainAsync(new RetentionRequest(), ct))).Field);
        // Views are PostgreSQL's.
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.ListViewsAsync(ct))).Status);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_job_that_is_submitted_within_a_step_begins_when_it_has_ended_unless_its_revision_is_spared()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["sentiment", "other"]) ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), folder[$"models/{name}"]);
        await ModelFolderCopy.ChangeAsync(folder["models/other"], ct);
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings { DataFolder = folder["data"], ModelsFolder = folder["models"], Quiet = true, Arguments = ["--Worker:HeartbeatSeconds=1"] }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await client.ModelAsync("sentiment", ct);
        string spared = (await client.ModelAsync("other", ct)).Revision;
        // A step as another coordinator would be at it.
        string database = folder["data/coordinator.db"];
        await WriteAsync(database, $"INSERT INTO trims (id, spared, until_tick) VALUES ('11111111-1111-1111-1111-111111111111', '[\"{spared}\"]', 1000000)", ct);

        var held = await client.SubmitJobAsync(Request("sentiment", Texts), null, ct);
        await client.UntilAsync(held.Id, j => j.Status == JobStatus.Running, ct);
        // Planned later and dispatched: whoever dispatches has looked at both.
        await PredictAsync(client, "other", Texts, ct);
        Assert.Null((await client.GetJobAsync(held.Id, ct)).StartedAt);

        await WriteAsync(database, "DELETE FROM trims", ct);
        Assert.Equal(Texts.Length, (await client.CompletedAsync(held.Id, ct)).Counts.Computed);
    }

    [Fact(Timeout = 300_000)]
    public async Task Jobs_that_begin_while_everything_old_is_deleted_again_and_again_lose_nothing()
    {
        const int Rounds = 30;
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), folder["models/sentiment"]);
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings { DataFolder = folder["data"], ModelsFolder = folder["models"], Quiet = true, Arguments = ["--Worker:HeartbeatSeconds=1"] }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await client.ModelAsync("sentiment", ct);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        long deleted = 0;
        var deleting = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
                Interlocked.Add(ref deleted, (await client.RetainAllAsync(new RetentionRequest { OlderThanDays = 0, Jobs = false }, ct)).Predictions);
        }, ct);

        // No record names the predictions of the job before any more, so that they are stored still or deleted just now.
        // Steps that begin while a job runs spare its predictions: on a busy machine that may be all of many rounds.
        for (int round = 0; round < Rounds || (Interlocked.Read(ref deleted) == 0 && !deleting.IsCompleted); round++)
        {
            var job = await PredictAsync(client, "sentiment", Texts, ct);
            Assert.All(await client.LinesAsync(job, ct), line => Assert.Null(line.Error));
            await client.DeleteJobAsync(job.Id, ct);
        }

        await over.CancelAsync();
        await deleting;
    }

    private static JobRequest Request(string model, string[] texts) =>
        new() { Model = model, Input = new JobInput { Records = new JsonArray([.. texts.Select(t => JsonValue.Create(t))]) } };

    private static async Task WriteAsync(string database, string sql, CancellationToken ct)
    {
        await using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        await connection.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<JobResource> PredictAsync(BatchInferClient client, string model, string[] texts, CancellationToken ct) =>
        await client.CompletedAsync((await client.SubmitJobAsync(Request(model, texts), null, ct)).Id, ct);

    private static async Task<string> NextRevisionAsync(BatchInferClient client, string old, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if ((await client.GetModelAsync("sentiment", ct)).Revisions!.FirstOrDefault(r => r.Revision != old) is { } next) return next.Revision;
            await timer.WaitForNextTickAsync(ct);
        }
    }
}
