using System.Net.Http.Json;
using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Several revisions of a model beside each other: what differs, what each answered, what each takes.</summary>
public abstract partial class ResultsServiceContract
{
    private const string NewRevision = "77aa00000000000000000000000000000000000000000000000000000000beef";

    [Fact]
    public async Task A_diff_counts_flipped_labels_and_names_the_inputs_that_differ_most()
    {
        await AnnounceAsync(Chunks.Revision, NewRevision);
        var (old, @new) = (Guid.NewGuid(), Guid.NewGuid());
        await StoreAsync(old, Chunks.Revision, TaskNames.TextClassification, [.. Enumerable.Range(0, 6).Select(_ => Scores(0.75))]);
        await StoreAsync(@new, NewRevision, TaskNames.TextClassification, Scores(0.75), Scores(0.25), Scores(0.625), Scores(0), Scores(0.75));

        // Of all that the old one predicted, and of the inputs of either job.
        foreach (string job in (string[])["", $"&job_id={old}", $"&job_id={@new}"])
        {
            var diff = await DiffAsync($"&worst=2{job}");
            Assert.Equal((Chunks.Revision, NewRevision, true), (diff.Old.Revision, diff.New.Revision, diff.Complete));
            Assert.Equal((job.EndsWith(@new.ToString(), StringComparison.Ordinal) ? 5L : 6L, 5L, 0L), (diff.Inputs, diff.Covered, diff.OnlyNew));
            Assert.Equal((5L, 0L, 3L, (long?)2), (diff.Comparison.Records, diff.Comparison.Failed, diff.Comparison.Equal, diff.Comparison.LabelFlips));
            Assert.Equal(0.275, diff.Comparison.MeanScoreDifference!.Value, 1e-12);
            Assert.Equal(0.75, diff.Comparison.MaxScoreDifference!.Value, 1e-12);
            Assert.Null(diff.Comparison.MeanCosine);
            Assert.Equal([new DiffInput(Chunks.Text(3), null), new DiffInput(Chunks.Text(1), null)], diff.WorstInputs);
            Assert.Equal(0.75, diff.Comparison.Worst[1].First[0].GetProperty("score").GetDouble());
            Assert.Equal(0.25, diff.Comparison.Worst[1].Second[0].GetProperty("score").GetDouble());
        }

        var limited = await DiffAsync("&limit=2");
        Assert.Equal((2L, false), (limited.Inputs, limited.Complete));
    }

    [Fact]
    public async Task A_diff_of_embeddings_says_how_far_they_drift()
    {
        await AnnounceAsync(Chunks.Revision, NewRevision);
        var (old, @new) = (Guid.NewGuid(), Guid.NewGuid());
        float[][] before = [[1, 0], [0, 1], [3, 4], [1, 1], [2, 0]], after = [[1, 0], [1, 0], [4, 3], [-1, -1], [4, 0], [1, 1]];
        await StoreAsync(old, Chunks.Revision, TaskNames.FeatureExtraction, before);
        await StoreAsync(@new, NewRevision, TaskNames.FeatureExtraction, after);

        var diff = await DiffAsync($"&task={TaskNames.FeatureExtraction}&job_id={@new}");

        Assert.Equal((5L, 5L, 1L), (diff.Inputs, diff.Covered, diff.OnlyNew));
        // Cosines of 1, 0, 0.96, -1 and 1; the last pair differs in length alone.
        Assert.Equal((5L, 1L), (diff.Comparison.Records, diff.Comparison.Equal));
        Assert.Equal((0.392, -1.0), (Math.Round(diff.Comparison.MeanCosine!.Value, 6), Math.Round(diff.Comparison.MinCosine!.Value, 6)));
        Assert.Null(diff.Comparison.LabelFlips);
        Assert.Equal([Chunks.Text(3), Chunks.Text(1), Chunks.Text(2)], diff.WorstInputs.Select(i => i.Input));
        Assert.Equal(0, (await DiffAsync($"&task={TaskNames.TextClassification}")).Inputs);
    }

    [Fact]
    public async Task The_history_of_an_input_is_each_revisions_answer_the_last_announced_first()
    {
        await AnnounceAsync(Chunks.Revision, NewRevision);
        var (old, @new) = (Guid.NewGuid(), Guid.NewGuid());
        await StoreAsync(old, Chunks.Revision, TaskNames.TextClassification, Scores(0.75), Scores(0.5));
        await StoreAsync(@new, NewRevision, TaskNames.TextClassification, Scores(0.25));

        Assert.Equal(
            [(NewRevision, true, (Guid?)@new, 0.25), (Chunks.Revision, true, (Guid?)old, 0.75)],
            (await HistoryAsync(Chunks.Text(0))).Select(a => (a.Revision!, a.Found, a.JobId, a.Output!.Value[0].GetProperty("score").GetDouble())));
        Assert.Equal([(NewRevision, false), (Chunks.Revision, true)], (await HistoryAsync(Chunks.Text(1))).Select(a => (a.Revision!, a.Found)));
    }

    [Fact]
    public async Task Storage_is_told_by_revision_and_job()
    {
        var (old, @new) = (Guid.NewGuid(), Guid.NewGuid());
        await StoreAsync(old, Chunks.Revision, TaskNames.TextClassification, [.. Enumerable.Range(0, 40).Select(_ => Scores(0.75))]);
        await StoreAsync(@new, NewRevision, TaskNames.TextClassification, [.. Enumerable.Range(0, 10).Select(_ => Scores(0.25))]);

        var storage = (await Http.GetFromJsonAsync<StorageResource>("/v1/storage", ApiJson.Options, Ct))!;

        Assert.Equal(_options!.Provider.ToString(), storage.Provider, ignoreCase: true);
        Assert.False(storage.Estimated);
        Assert.Equal([(Chunks.Revision, 40L), (NewRevision, 10L)], storage.Models.Select(m => (m.Revision, m.Predictions)));
        Assert.Equal([(old, 40L), (@new, 10L)], storage.Jobs.Select(j => (j.JobId, j.Records)));
        Assert.True(storage.Bytes >= storage.Models.Sum(m => m.Bytes) + storage.Jobs.Sum(j => j.Bytes), $"{storage}");
    }

    private static string Scores(double positive) => FormattableString.Invariant(
        $$"""[{"label": "positive", "score": {{positive}}}, {"label": "negative", "score": {{1 - positive}}}]""");

    private Task StoreAsync(Guid job, string revision, string task, params string[] outputs) =>
        StoreAsync(job, revision, task, outputs.Select((o, i) => Chunks.Prediction(Chunks.Text(i), o)));

    private Task StoreAsync(Guid job, string revision, string task, float[][] embeddings) =>
        StoreAsync(job, revision, task, embeddings.Select((e, i) => Chunks.Prediction(Chunks.Text(i), null, e)));

    /// <summary>What a revision answers to the first texts.</summary>
    private async Task StoreAsync(Guid job, string revision, string task, IEnumerable<NewPrediction> answers)
    {
        var keys = new PredictionKeyFactory(revision, task, InferenceParameters.Empty);
        var predictions = answers.Select(p => p with { Key = keys.Create(p.Input) }).ToList();
        var items = predictions.Select((p, i) => Chunks.Item(i, OutcomeKind.Computed, p.Key)).ToList();
        await SendAsync(Chunks.Chunk(new ShardId(job, 0), items.Count, predictions, items) with { Revision = revision, Task = task });
        Assert.Equal(job, (await _persisted.Reader.ReadAsync(Ct)).Shard.JobId);
    }

    private async Task<DiffResource> DiffAsync(string query) =>
        (await Http.GetFromJsonAsync<DiffResource>($"/v1/diff?old=sentiment@{Chunks.Revision}&new=sentiment@{NewRevision}{query}", ApiJson.Options, Ct))!;

    private async Task<IReadOnlyList<LookupResult>> HistoryAsync(string input) =>
        (await Http.GetFromJsonAsync<LookupResponse>($"/v1/predictions/history?model=sentiment&input={Uri.EscapeDataString(input)}", ApiJson.Options, Ct))!.Data;
}
