using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Going through the predictions, and deleting.</summary>
public abstract partial class PredictionStoreContract
{
    [Fact]
    public async Task Predictions_of_a_predictor_come_by_key_page_by_page_each_once()
    {
        await WriteAsync(Chunks.Computed(Shard, 500, 0, 500), Ct);
        int predictor = Assert.Single(await Store.ListPredictorsAsync(Ct)).Id;

        var keys = new List<Guid>();
        for (var after = Guid.Empty; await Store.ReadPredictionsAsync([predictor], after, 70, Ct) is { Count: > 0 } page; after = page[^1].Key)
        {
            Assert.True(page.Count <= 70);
            keys.AddRange(page.Select(p => p.Key));
        }

        Assert.Equal(Enumerable.Range(0, 500).Select(i => Chunks.Key(Chunks.Text(i)).ToString("N")).Order(StringComparer.Ordinal), keys.Select(k => k.ToString("N")));
        Assert.Empty(await Store.ReadPredictionsAsync([predictor + 1], Guid.Empty, 70, Ct));
    }

    [Fact]
    public async Task A_jobs_records_go_in_bounded_steps_and_its_predictions_stay()
    {
        await WriteAsync(Chunks.Failed(Shard, 2500, 2400, 2500), Ct);
        await WriteAsync(Chunks.Computed(Shard, 2500, 0, 2400), Ct);

        Assert.Equal(1500, await Store.DeleteRecordsAsync(_job, 1500, Ct));
        Assert.Equal(1500, (await Store.ReadLinesAsync(_job, -1, 1, Ct))[0].Ordinal);
        // 1,000 records, and the error rows of 100 of them.
        Assert.Equal(1100, await Store.DeleteRecordsAsync(_job, 1500, Ct));
        Assert.Equal(0, await Store.DeleteRecordsAsync(_job, 1500, Ct));

        Assert.Empty(await Store.ReadLinesAsync(_job, -1, 10, Ct));
        Assert.Empty(await Store.ReadErrorsAsync(_job, -1, 10, Ct));
        Assert.Equal(_job, (await Store.FindAsync([Chunks.Key(Chunks.Text(7))], Ct)).Values.Single().JobId);
        Assert.Equal(0, await Store.DeleteRecordsAsync(Guid.NewGuid(), 10, Ct));
    }

    [Fact]
    public async Task What_comes_late_of_a_deleted_job_goes_with_the_next_step()
    {
        await WriteAsync(Chunks.Computed(Shard, 40, 0, 20), Ct);
        Assert.Equal(20, await Store.DeleteRecordsAsync(_job, 1000, Ct));

        // Two chunks that were on their way, and the first once more. What was counted of the shard is gone with its records.
        Assert.False((await WriteAsync(Chunks.Computed(Shard, 40, 20, 30), Ct)).IsComplete);
        Assert.False((await WriteAsync(Chunks.Failed(Shard, 40, 30, 40), Ct)).IsComplete);
        var again = await WriteAsync(Chunks.Computed(Shard, 40, 0, 20), Ct);
        Assert.Equal((20, 0, true), (again.Inserted, again.Predictions, again.IsComplete));

        Assert.Equal(50, await Store.DeleteRecordsAsync(_job, 1000, Ct));
        Assert.Empty(await Store.ReadLinesAsync(_job, -1, 100, Ct));
        Assert.Empty(await Store.ReadErrorsAsync(_job, -1, 100, Ct));
        Assert.Equal(30, (await Store.FindAsync([.. Enumerable.Range(0, 40).Select(i => Chunks.Key(Chunks.Text(i)))], Ct)).Count);
    }

    [Fact]
    public async Task Only_predictions_that_no_record_names_are_trimmed()
    {
        var kept = new ShardId(Guid.NewGuid(), 0);
        await WriteAsync(Chunks.Computed(Shard, 1200, 0, 1200), Ct);
        await WriteAsync(Chunks.Cached(kept, 200, 0, 200), Ct);
        int[] predictors = [.. (await Store.ListPredictorsAsync(Ct)).Select(p => p.Id)];
        Assert.Equal((1200, 0), await TrimAllAsync(new Trim(predictors, null, Guid.Empty, 250, DryRun: false)));

        await Store.DeleteRecordsAsync(_job, 10_000, Ct);
        Assert.Equal((1200, 1000), await TrimAllAsync(new Trim(predictors, null, Guid.Empty, 250, DryRun: true)));
        Assert.Equal((0, 0), await TrimAllAsync(new Trim(predictors, DateTimeOffset.UtcNow.AddDays(-1), Guid.Empty, 250, DryRun: false)));
        Assert.Equal((0, 0), await TrimAllAsync(new Trim([predictors[0] + 1], null, Guid.Empty, 250, DryRun: false)));
        Assert.Equal((1200, 1000), await TrimAllAsync(new Trim(predictors, null, Guid.Empty, 250, DryRun: false)));

        Assert.All(await Store.ReadLinesAsync(kept.JobId, -1, 1000, Ct), l => Assert.Null(l.Error));
        Assert.Empty(await Store.FindAsync([Chunks.Key(Chunks.Text(500))], Ct));
        // Computed again, it is there again.
        Assert.Equal(1, (await WriteAsync(Chunks.Computed(new ShardId(Guid.NewGuid(), 0), 1, 500, 501), Ct)).Predictions);
    }

    /// <summary>Each step reads all records, so that steps that did not grow with them would be too many.</summary>
    [Fact]
    public async Task A_step_of_trimming_is_about_more_predictions_where_there_are_more_records()
    {
        await WriteAsync(Chunks.Computed(Shard, 700, 0, 700), Ct);
        var trim = new Trim([.. (await Store.ListPredictorsAsync(Ct)).Select(p => p.Id)], null, Guid.Empty, 10, DryRun: false);
        Assert.Equal(10, (await Store.TrimAsync(trim, Ct)).Examined);

        await WriteAsync(Chunks.Cached(new ShardId(Guid.NewGuid(), 0), 50_000, 0, 50_000), Ct);
        await EstimateAsync(_options!);

        var step = await Store.TrimAsync(trim, Ct);
        Assert.InRange(step.Examined, 450, 550);
        Assert.Equal(700 - step.Examined, (await Store.TrimAsync(trim with { After = step.Next!.Value }, Ct)).Examined);
    }

    [Fact]
    public async Task Storage_is_measured_by_table_revision_and_job()
    {
        await WriteAsync(Chunks.Computed(Shard, 300, 0, 300), Ct);

        var storage = await Store.MeasureAsync(Ct);

        Assert.False(storage.Estimated);
        var model = Assert.Single(storage.Models);
        Assert.Equal(("sentiment", Chunks.Revision, TaskNames.TextClassification, 300L), (model.Model, model.Revision, model.Task, model.Predictions));
        var job = Assert.Single(storage.Jobs);
        Assert.Equal((_job, 300L), (job.JobId, job.Records));
        var table = Assert.Single(storage.Tables, t => t.Table == "predictions");
        Assert.True(table.TableBytes >= model.Bytes && model.Bytes > 300 * 40 && job.Bytes > 0, $"{table} {model} {job}");
        Assert.True(storage.Bytes >= storage.Tables.Sum(t => t.TableBytes + (t.IndexBytes ?? 0)));
    }

    [Fact]
    public async Task Storage_of_more_rows_than_are_counted_is_estimated_from_a_sample()
    {
        const int Records = 20_000;
        var small = new ShardId(Guid.NewGuid(), 0);
        await WriteAsync(Chunks.Computed(Shard, Records, 0, Records), Ct);
        await WriteAsync(Chunks.Cached(small, 4000, 0, 4000), Ct);
        await EstimateAsync(_options!);
        var exact = await Store.MeasureAsync(Ct);
        Assert.False(exact.Estimated);

        var store = Open(_options!, rowsCounted: Records / 2);
        await using var _ = (IAsyncDisposable)store;
        var storage = await store.MeasureAsync(Ct);

        // Half of the rows are looked at, PostgreSQL's at random: far from the truth would be by chance one time in millions.
        Assert.True(storage.Estimated);
        Assert.InRange(Assert.Single(storage.Models).Predictions, Records / 2, Records * 3 / 2);
        AssertAbout(exact.Models[0].Bytes, storage.Models[0].Bytes);
        Assert.Equal([_job, small.JobId], storage.Jobs.Select(j => j.JobId));
        Assert.InRange(storage.Jobs[0].Records, Records / 2, Records * 3 / 2);
        AssertAbout(exact.Jobs[0].Bytes, storage.Jobs[0].Bytes);
        foreach (string name in (string[])["predictions", "job_items"])
            AssertAbout(exact.Tables.Single(t => t.Table == name).TableBytes, storage.Tables.Single(t => t.Table == name).TableBytes);
        AssertAbout(exact.Bytes, storage.Bytes);

        static void AssertAbout(long truth, long estimate) => Assert.InRange(estimate, truth / 2, truth * 3 / 2);
    }

    private async Task<(long Examined, long Deleted)> TrimAllAsync(Trim trim)
    {
        long examined = 0, deleted = 0;
        for (Guid? next = trim.After; next is { } after;)
        {
            var step = await Store.TrimAsync(trim with { After = after }, Ct);
            Assert.True(step.Examined <= trim.Count);
            (examined, deleted, next) = (examined + step.Examined, deleted + step.Deleted, step.Next);
        }

        return (examined, deleted);
    }
}
