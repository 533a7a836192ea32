using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Rows of some hundred kB each: what is read at once is bounded by bytes.</summary>
public abstract partial class PredictionStoreContract
{
    private const int LargeRows = 120, LargeBytes = 400_000;

    // Above this there is more in memory than the bound and one row more.
    private const long MostAtOnce = IPredictionStore.BytesAtOnce + LargeBytes;

    [Fact]
    public async Task Pages_of_large_rows_end_early_and_the_next_go_on()
    {
        await WriteLargeAsync();
        var lines = new List<StoredLine>();
        int pages = 0;
        bool isCut = true;
        for (long after = -1; isCut; pages++)
        {
            var page = await Store.ReadLinesAsync(_job, after, 1000, Ct);
            Assert.InRange(page.Sum(l => l.Bytes), 1, MostAtOnce);
            lines.AddRange(page);
            (isCut, after) = (page.IsCut, page[^1].Ordinal);
        }

        Assert.Equal(Enumerable.Range(0, LargeRows).Select(i => (long)i), lines.Select(l => l.Ordinal));
        Assert.All(lines, l => Assert.Equal(LargeOutput(l.Ordinal), l.Output.ToText()));
        Assert.Equal(2, pages);
        // A page that just ends is not cut.
        Assert.False((await Store.ReadLinesAsync(_job, -1, 5, Ct)).IsCut);
    }

    [Fact]
    public async Task Of_many_keys_with_large_predictions_the_first_are_found_and_each_is_found_in_the_end()
    {
        await WriteLargeAsync();
        // Some twice, some stored nowhere, and small ones between.
        await WriteAsync(Chunks.Computed(new ShardId(Guid.NewGuid(), 0), 300, 200, 300), Ct);
        Guid[] keys = [.. Enumerable.Range(0, 350).Select(i => Chunks.Key(Chunks.Text(i))), Chunks.Key(Chunks.Text(0)), Chunks.Key(Chunks.Text(119))];
        var first = await Store.FindAsync(keys, Ct);
        Assert.InRange(first.Looked, 1, LargeRows - 1);
        Assert.InRange(first.Values.Sum(p => p.Bytes), 1, MostAtOnce);
        Assert.All(first.Keys, k => Assert.Contains(k, keys.Take(first.Looked)));

        var found = await Store.FindEachAsync(keys, Ct).ToListAsync(Ct);
        Assert.Equal(keys.Length, found.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            bool stored = i is < LargeRows or (>= 200 and < 300) or >= 350;
            Assert.Equal(stored ? keys[i] : (Guid?)null, found[i]?.Key);
        }

        Assert.Equal(LargeOutput(119), found[^1]!.Output.ToText());
    }

    [Fact]
    public async Task Predictions_of_a_predictor_are_walked_through_by_bytes_too()
    {
        await WriteLargeAsync();
        int predictor = (await Store.ListPredictorsAsync(Ct)).Single().Id;
        var seen = new List<Guid>();
        for (var after = Guid.Empty; await Store.ReadPredictionsAsync([predictor], after, 1000, Ct) is { Count: > 0 } page; after = page[^1].Key)
        {
            Assert.InRange(page.Sum(p => p.Bytes), 1, MostAtOnce);
            seen.AddRange(page.Select(p => p.Key));
        }

        Assert.Equal(Enumerable.Range(0, LargeRows).Select(i => Chunks.Key(Chunks.Text(i))).Order(), seen.Order());
    }

    [Fact]
    public async Task Error_rows_with_long_messages_are_cut_by_bytes()
    {
        string message = new('m', LargeBytes);
        for (int from = 0; from < LargeRows; from += 20)
        {
            var chunk = Chunks.Failed(Shard, LargeRows, from, from + 20);
            await WriteAsync(chunk with { Items = [.. chunk.Items.Select(i => i with { Error = i.Error! with { Message = message } })] }, Ct);
        }

        var first = await Store.ReadErrorsAsync(_job, -1, 1000, Ct);
        Assert.InRange(first.Count, 1, LargeRows - 1);
        var rest = await Store.ReadErrorsAsync(_job, first[^1].Ordinal, 1000, Ct);
        Assert.Equal((true, false, LargeRows), (first.IsCut, rest.IsCut, first.Count + rest.Count));
        Assert.Equal(first[^1].Ordinal + 1, rest[0].Ordinal);
        var lines = await Store.ReadLinesAsync(_job, -1, 1000, Ct);
        Assert.True(lines.IsCut);
        Assert.InRange(lines.Sum(l => l.Bytes), 1, MostAtOnce);
    }

    // Of one letter: however small the database packs it, it is large once it is read.
    private static string LargeOutput(long ordinal) => $"{{\"text\":\"{ordinal} {new string('x', LargeBytes - 100)}\"}}";

    private async Task WriteLargeAsync()
    {
        for (int from = 0; from < LargeRows; from += 20)
        {
            var chunk = Chunks.Computed(Shard, LargeRows, from, from + 20);
            await WriteAsync(chunk with { Predictions = [.. Enumerable.Range(from, 20).Select(i => Chunks.Prediction(Chunks.Text(i), LargeOutput(i)))] }, Ct);
        }
    }
}
