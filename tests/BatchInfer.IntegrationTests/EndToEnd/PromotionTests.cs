using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A model's folder is replaced: its name stands for the old revision until the new one, filled by a backfill, is promoted.</summary>
public sealed class PromotionTests
{
    private const string Text = "a warm and funny film";

    [Fact(Timeout = 300_000)]
    public async Task Lookups_answer_from_the_old_revision_until_the_new_one_is_promoted_and_again_when_the_old_is()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), folder["models/sentiment"]);
        await using var host = await StartAsync(folder, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        var old = await client.ModelAsync("sentiment", ct);
        await PredictAsync(client, "sentiment", ct);

        await ModelFolderCopy.ChangeAsync(folder["models/sentiment"], ct);
        string @new = await NextRevisionAsync(client, old.Revision, ct);
        Assert.Equal(old.Revision, (await client.GetModelAsync("sentiment", ct)).Revision);
        Assert.Equal((true, old.Revision), await LookUpAsync(client, "sentiment", ct));
        Assert.Equal((false, @new), await LookUpAsync(client, $"sentiment@{@new[..12]}", ct));

        var backfill = await PredictAsync(client, $"sentiment@{@new[..12]}", ct);
        Assert.Equal(("sentiment", @new, 1L), (backfill.Model, backfill.Revision, backfill.Counts.Computed));
        Assert.Equal((true, old.Revision), await LookUpAsync(client, "sentiment", ct));
        Assert.Equal((true, @new), await LookUpAsync(client, $"sentiment@{@new}", ct));

        var promoted = await client.PromoteModelAsync("sentiment", @new[..12], ct);
        Assert.Equal(@new, promoted.Revision);
        await AnswersAsync(client, @new, ct);
        Assert.Equal(@new, (await client.SubmitJobAsync(Request("sentiment"), null, ct)).Revision);

        await client.PromoteModelAsync("sentiment", old.Revision, ct);
        await AnswersAsync(client, old.Revision, ct);
        Assert.Equal((true, @new), await LookUpAsync(client, $"sentiment@{@new}", ct));

        var wrong = await Assert.ThrowsAsync<BatchInferApiException>(() => client.PromoteModelAsync("sentiment", "00000000", ct));
        Assert.Equal((HttpStatusCode.BadRequest, "revision"), (wrong.Status, wrong.Field));
        wrong = await Assert.ThrowsAsync<BatchInferApiException>(() => client.SubmitJobAsync(Request("sentiment@00000000"), null, ct));
        Assert.Equal((HttpStatusCode.BadRequest, "model"), (wrong.Status, wrong.Field));
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<BatchInferApiException>(() => client.PromoteModelAsync("absent", "00000000", ct))).Status);
    }

    [Fact(Timeout = 300_000)]
    public async Task Where_the_newest_is_wanted_a_replaced_folder_is_promoted_by_itself_and_so_is_the_old_one_put_back()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), folder["models/sentiment"]);
        await using var host = await StartAsync(folder, ct, "--Models:Promotion=Newest");
        using var client = new BatchInferClient(host.BaseAddress);
        var old = await client.ModelAsync("sentiment", ct);
        await PredictAsync(client, "sentiment", ct);

        string config = await ModelFolderCopy.ChangeAsync(folder["models/sentiment"], ct);
        string @new = await NextRevisionAsync(client, old.Revision, ct);
        Assert.Equal(@new, (await PredictAsync(client, "sentiment", ct)).Revision);
        await AnswersAsync(client, @new, ct);

        await File.WriteAllTextAsync(Path.Combine(folder["models/sentiment"], "config.json"), config, ct);
        await AnswersAsync(client, old.Revision, ct);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_job_that_waits_while_workers_serve_another_revision_says_which_and_what_to_do()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), folder["models/sentiment"]);
        await using var host = await StartAsync(folder, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        var old = await client.ModelAsync("sentiment", ct);
        string config = await ModelFolderCopy.ChangeAsync(folder["models/sentiment"], ct);
        string @new = await NextRevisionAsync(client, old.Revision, ct);
        string needed = ModelReference.Abbreviate(old.Revision), theirs = ModelReference.Abbreviate(@new);

        var submitted = await client.SubmitJobAsync(Request("sentiment"), null, ct);
        var waiting = await client.UntilAsync(submitted.Id, j => j.StatusDetail == JobStatusDetail.WaitingForWorkers && j.Message!.Contains(theirs, StringComparison.Ordinal), ct);
        Assert.Equal(old.Revision, waiting.Revision);
        Assert.Contains($"(revision {needed}). The workers at hand serve 'sentiment' in revision {theirs}.", waiting.Message, StringComparison.Ordinal);
        Assert.Contains($"the files of {needed}, or cancel this job and submit it for 'sentiment@{theirs}'", waiting.Message, StringComparison.Ordinal);
        Assert.Contains($"'batchinfer models promote sentiment {theirs}'", waiting.Message, StringComparison.Ordinal);
        Assert.Equal(waiting.Message, Assert.Single((await client.ListJobsAsync(ct: ct)).Data).Message);

        // Promoted, the name leads there, and the job keeps its revision.
        await client.PromoteModelAsync("sentiment", @new, ct);
        waiting = await client.GetJobAsync(submitted.Id, ct);
        Assert.Equal((JobStatusDetail.WaitingForWorkers, old.Revision), (waiting.StatusDetail, waiting.Revision));
        Assert.EndsWith($"or cancel this job and submit it again: the name stands for {theirs} now.", waiting.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(folder["models/sentiment"], "config.json"), config, ct);
        var done = await client.CompletedAsync(submitted.Id, ct);
        Assert.Equal((old.Revision, 1L, null), (done.Revision, done.Counts.Computed, done.Message));
    }

    private static Task<StandaloneHost> StartAsync(TemporaryFolder folder, CancellationToken ct, params string[] arguments) => StandaloneHost.StartAsync(
        new StandaloneSettings
        {
            DataFolder = folder["data"], ModelsFolder = folder["models"], Quiet = true, Arguments = [.. arguments, "--Models:RescanSeconds=1", "--Worker:HeartbeatSeconds=1"],
        }, ct);

    private static JobRequest Request(string model) => new() { Model = model, Input = new JobInput { Records = new JsonArray(Text) } };

    private static async Task<JobResource> PredictAsync(BatchInferClient client, string model, CancellationToken ct) =>
        await client.CompletedAsync((await client.SubmitJobAsync(Request(model), null, ct)).Id, ct);

    private static async Task<string> NextRevisionAsync(BatchInferClient client, string old, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if ((await client.GetModelAsync("sentiment", ct)).Revisions!.FirstOrDefault(r => r.Revision != old) is { } next) return next.Revision;
            await timer.WaitForNextTickAsync(ct);
        }
    }

    private static async Task<(bool Found, string? Revision)> LookUpAsync(BatchInferClient client, string model, CancellationToken ct)
    {
        var answer = Assert.Single((await client.LookupAsync(new LookupRequest { Model = model, Inputs = new JsonArray(Text) }, ct)).Data);
        return (answer.Found, answer.Revision);
    }

    private static async Task AnswersAsync(BatchInferClient client, string revision, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await LookUpAsync(client, "sentiment", ct) != (true, revision)) await timer.WaitForNextTickAsync(ct);
    }
}
