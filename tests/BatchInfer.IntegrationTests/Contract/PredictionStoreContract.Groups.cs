using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Chunks that are written together.</summary>
public abstract partial class PredictionStoreContract
{
    [Fact]
    public async Task Chunks_written_together_count_as_one_by_one_and_a_complete_shard_is_told_of_by_its_last()
    {
        var other = new ShardId(Guid.NewGuid(), 3);
        var stored = await Store.WriteAsync(
            [Chunks.Computed(Shard, 30, 0, 10), Chunks.Computed(other, 5, 100, 105), Chunks.Failed(Shard, 30, 20, 30), Chunks.Computed(Shard, 30, 10, 20)], Ct);

        Assert.Equal([10, 5, 10, 10], stored.Select(s => s.Inserted));
        Assert.Equal([10, 5, 0, 10], stored.Select(s => s.Predictions));
        Assert.Equal([true, true], stored.Where(s => s.IsComplete).Select(s => s.IsComplete));
        Assert.True(stored[3].IsComplete);
        Assert.Equal(new OutcomeCounts(20, 0, 0, 10, 100, 160), stored[3].Counts);
        Assert.True(stored[1].IsComplete);
        Assert.Equal(new OutcomeCounts(5, 0, 0, 0, 25, 40), stored[1].Counts);
        await AssertEveryRecordOnceAsync(_job, 30);
    }

    [Fact]
    public async Task A_chunk_twice_among_those_written_together_counts_once()
    {
        var chunk = Chunks.Computed(Shard, 11, 0, 10);

        var stored = await Store.WriteAsync([chunk, Chunks.Failed(Shard, 11, 10, 11), chunk], Ct);

        Assert.Equal(11, stored.Sum(s => s.Inserted));
        Assert.Equal(10, stored.Sum(s => s.Predictions));
        Assert.Contains(stored, s => s.IsComplete);
        Assert.Equal(new OutcomeCounts(10, 0, 0, 1, 50, 80), (await WriteAsync(chunk, Ct)).Counts);
    }

    [Fact]
    public async Task An_input_that_two_jobs_predict_is_stored_once_and_counts_in_both()
    {
        var other = new ShardId(Guid.NewGuid(), 0);
        await WriteAsync(Chunks.Computed(Shard, 10, 0, 10), Ct);

        var stored = await Store.WriteAsync([Chunks.Computed(other, 20, 0, 20)], Ct);
        // And with keys that meet in one group.
        var third = await Store.WriteAsync(
            [Chunks.Computed(new ShardId(Guid.NewGuid(), 0), 5, 50, 55), Chunks.Computed(new ShardId(Guid.NewGuid(), 0), 5, 50, 55)], Ct);

        Assert.Equal((20, 10, true), (stored[0].Inserted, stored[0].Predictions, stored[0].IsComplete));
        Assert.Equal([true, true], third.Select(s => s.IsComplete));
        Assert.Equal(5, third.Sum(s => s.Predictions));
        Assert.Equal([25L, 25L], third.Select(s => s.Counts.Tokens));
        var kept = (await Store.FindAsync([Chunks.Key(Chunks.Text(3))], Ct)).Values.Single();
        Assert.Equal(_job, kept.JobId);
    }

    [Fact]
    public async Task Records_without_ids_of_their_own_keep_their_line_numbers()
    {
        // As of a CSV file: the header is line 1. Record 3 stands behind a blank line, record 4 has an id that looks like a number.
        string[] ids = ["2", "3", "4", "6", "007"];
        var items = ids.Select((id, i) => Chunks.Item(i, OutcomeKind.Cached, Chunks.Key(id)) with { CustomId = id }).ToList();
        items.Add(Chunks.Error(5) with { CustomId = "7" });
        await WriteAsync(Chunks.Chunk(Shard, 6, [], items), Ct);

        Assert.Equal([.. ids, "7"], (await Store.ReadLinesAsync(_job, -1, 10, Ct)).Select(l => l.CustomId));
        Assert.Equal("7", Assert.Single(await Store.ReadErrorsAsync(_job, -1, 10, Ct)).CustomId);
        var keys = await Store.FindKeysAsync(_job, [.. ids, "5", "7", "1", "0", "-1", "99999999999999999999", "x"], Ct);
        Assert.Equal(ids.ToDictionary(id => id, Chunks.Key), keys);
    }

    [Fact]
    public async Task A_prediction_remembers_how_it_was_made_and_what_was_cut()
    {
        var chunk = Chunks.Computed(Shard, 2, 0, 2) with { Parameters = """{"max_length":8}""" };
        chunk = chunk with { Predictions = [chunk.Predictions[0] with { TokensCut = 37 }, chunk.Predictions[1] with { InputPair = "pair" }] };
        await WriteAsync(chunk, Ct);

        var found = await Store.FindAsync([.. chunk.Predictions.Select(p => p.Key)], Ct);

        var (cut, whole) = (found[chunk.Predictions[0].Key], found[chunk.Predictions[1].Key]);
        Assert.Equal((TaskNames.TextClassification, """{"max_length":8}"""), (cut.Predictor.Task, cut.Predictor.Parameters));
        Assert.Equal((37, 0), (cut.TokensCut, whole.TokensCut));
        Assert.Equal((null, "pair"), (cut.InputPair, whole.InputPair));
        Assert.Equal([37, 0], (await Store.ReadLinesAsync(_job, -1, 10, Ct)).Select(l => l.TokensCut));
    }
}
