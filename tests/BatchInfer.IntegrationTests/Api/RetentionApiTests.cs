using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

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
        Assert.Equal((1, 0L), await RetainAsync(client, new RetentionRequest { Model = $"sentiment@{old}", DryRun = true }, ct));
        Assert.Equal((1, 3L), await RetainAsync(client, new RetentionRequest { Model = $"sentiment@{old}" }, ct));

        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.GetJobAsync(first.Id, ct))).Status);
        Assert.Equal(second.Id, Assert.Single((await client.ListJobsAsync(ct: ct)).Data).Id);
        Assert.Equal(@new, Assert.Single((await client.GetStorageAsync(ct)).Models).Revision);
        Assert.Equal([true, false], (await client.GetHistoryAsync("sentiment", Texts[0], ct: ct)).Data.Select(a => a.Found));

        // By age, nothing is old; by job, its predictions stay until nothing names them.
        Assert.Equal((0, 0L), await RetainAsync(client, new RetentionRequest { OlderThanDays = 1 }, ct));
        await client.DeleteJobAsync(second.Id, ct);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.DeleteJobAsync(second.Id, ct))).Status);
        Assert.Equal((0, 3L), await RetainAsync(client, new RetentionRequest { OlderThanDays = 0, Jobs = false }, ct));
        Assert.Empty((await client.GetStorageAsync(ct)).Models);
        Assert.Equal(3, (await PredictAsync(client, $"sentiment@{@new}", Texts, ct)).Counts.Computed);
        Assert.Equal("model", (await Assert.ThrowsAsync<BatchInferApiException>(() => client.RetainAsync(new RetentionRequest(), ct))).Field);
        // Views are PostgreSQL's.
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.ListViewsAsync(ct))).Status);
    }

    private static async Task<JobResource> PredictAsync(BatchInferClient client, string model, string[] texts, CancellationToken ct)
    {
        var request = new JobRequest { Model = model, Input = new JobInput { Records = new JsonArray([.. texts.Select(t => JsonValue.Create(t))]) } };
        return await client.CompletedAsync((await client.SubmitJobAsync(request, null, ct)).Id, ct);
    }

    private static async Task<string> NextRevisionAsync(BatchInferClient client, string old, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if ((await client.GetModelAsync("sentiment", ct)).Revisions!.FirstOrDefault(r => r.Revision != old) is { } next) return next.Revision;
            await timer.WaitForNextTickAsync(ct);
        }
    }

    private static async Task<(int Jobs, long Predictions)> RetainAsync(BatchInferClient client, RetentionRequest request, CancellationToken ct)
    {
        var (jobs, predictions) = (0, 0L);
        do
        {
            var step = await client.RetainAsync(request, ct);
            (jobs, predictions) = (jobs + step.JobsDeleted, predictions + step.PredictionsDeleted);
            request = request with { Cursor = step.Cursor };
        }
        while (request.Cursor is not null);
        return (jobs, predictions);
    }
}
