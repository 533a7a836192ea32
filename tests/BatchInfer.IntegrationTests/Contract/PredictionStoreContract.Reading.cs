using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Reading back.</summary>
public abstract partial class PredictionStoreContract
{
    [Fact]
    public async Task Known_keys_are_found_among_thousands()
    {
        await WriteAsync(Chunks.Computed(Shard, 3000, 0, 3000), Ct);
        byte[] keys = [.. Enumerable.Range(0, 5001).SelectMany(i => Chunks.Key(Chunks.Text(i * 2)).ToByteArray(bigEndian: true))];

        byte[] known = await Store.FindKnownAsync(keys, Ct);

        Assert.Equal((5001 + 7) / 8, known.Length);
        for (int i = 0; i < 5001; i++) Assert.Equal(i * 2 < 3000, (known[i >> 3] >> (i & 7) & 1) == 1);
        Assert.Empty(await Store.FindKnownAsync([], Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.FindKnownAsync(new byte[17], Ct));
    }

    [Fact]
    public async Task Lines_come_in_input_order_page_by_page()
    {
        await WriteAsync(Chunks.Computed(Shard, 40, 25, 40), Ct);
        await WriteAsync(Chunks.Failed(Shard, 40, 20, 25), Ct);
        await WriteAsync(Chunks.Computed(Shard, 40, 0, 20), Ct);

        var lines = new List<StoredLine>();
        for (long after = -1; await Store.ReadLinesAsync(_job, after, 7, Ct) is { Count: > 0 } page; after = page[^1].Ordinal)
        {
            Assert.True(page.Count <= 7);
            lines.AddRange(page);
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), lines.Select(l => l.Ordinal));
        Assert.Equal("id-3", lines[3].CustomId);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Chunks.Output(3)), JsonNode.Parse(lines[3].Output.Json!)));
        Assert.Null(lines[3].Error);
        Assert.Equal(new RecordError(ErrorCodes.EmptyText, "The text is empty.", 23), lines[22].Error);
        Assert.Null(lines[22].Output.Json);
        Assert.Empty(await Store.ReadLinesAsync(Guid.NewGuid(), -1, 10, Ct));
    }

    [Fact]
    public async Task Errors_come_in_input_order_page_by_page()
    {
        await WriteAsync(Chunks.Failed(Shard, 20, 10, 20), Ct);
        await WriteAsync(Chunks.Failed(Shard, 20, 0, 10), Ct);

        var page = await Store.ReadErrorsAsync(_job, 4, 10, Ct);

        Assert.Equal(Enumerable.Range(5, 10).Select(i => (long)i), page.Select(e => e.Ordinal));
        Assert.Equal(new ErrorLine(5, "id-5", ErrorCodes.EmptyText, "The text is empty.", 6), page[0]);
    }

    [Fact]
    public async Task Embeddings_come_back_bit_by_bit()
    {
        float[] embedding = [0.1f, -1e-30f, float.MaxValue, float.Epsilon, 0, -0f, 1f / 3f];
        await WriteAsync(
            Chunks.Chunk(Shard, 1, [Chunks.Prediction("e", null, embedding)], [Chunks.Item(0, OutcomeKind.Computed, Chunks.Key("e"))]), Ct);

        var line = Assert.Single(await Store.ReadLinesAsync(_job, -1, 10, Ct));

        Assert.Equal(embedding.Select(BitConverter.SingleToInt32Bits), line.Output.Embedding!.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal("[0.1,-1E-30,3.4028235E+38,1E-45,0,-0,0.33333334]", Rendered(line.Output));
    }

    [Fact]
    public async Task Texts_come_back_exactly_whatever_they_hold()
    {
        string[] texts = ["", " \t\r\n ", "nul \0 and \u001A and \u001A0", "naïve 漢字 🙂 'quoted' \"x\" \\ %s {}", "\uFEFFbom", new string('x', 100_000)];
        var predictions = texts.Select(t => Chunks.Prediction(t, """[{"label": "a", "score": 1e-7}]""")).ToList();
        var items = texts.Select((t, i) => Chunks.Item(i, OutcomeKind.Computed, Chunks.Key(t)) with { CustomId = t }).ToList();
        await WriteAsync(Chunks.Chunk(Shard, texts.Length, predictions, items), Ct);

        var found = await Store.FindAsync([.. texts.Select(Chunks.Key)], Ct);
        Assert.Equal(texts, texts.Select(t => found[Chunks.Key(t)].Input));
        Assert.Equal(texts, (await Store.ReadLinesAsync(_job, -1, 100, Ct)).Select(l => l.CustomId));
        var keys = await Store.FindKeysAsync(_job, texts, Ct);
        Assert.Equal(texts.Select(Chunks.Key), texts.Select(t => keys[t]));
    }

    [Fact]
    public async Task Predictions_are_found_by_key_with_what_is_known_of_them()
    {
        await WriteAsync(Chunks.Computed(Shard, 10, 0, 10), Ct);
        var (known, unknown) = (Chunks.Key(Chunks.Text(3)), Guid.NewGuid());

        var found = await Store.FindAsync([known, unknown], Ct);

        var prediction = Assert.Single(found).Value;
        Assert.Equal((known, "sentiment", Chunks.Revision, "text 3", _job),
            (prediction.Key, prediction.Predictor.Model, prediction.Predictor.Revision, prediction.Input, prediction.JobId));
        Assert.Equal(TimeSpan.Zero, prediction.CreatedAt.Offset);
        Assert.Empty(await Store.FindAsync([], Ct));
    }

    [Fact]
    public async Task Custom_ids_lead_to_the_first_record_that_has_them()
    {
        string prefix = new('p', 80);
        RecordOutcome[] items =
        [
            Chunks.Item(0, OutcomeKind.Cached, Chunks.Key("a")) with { CustomId = prefix + "1" },
            Chunks.Item(1, OutcomeKind.Cached, Chunks.Key("b")) with { CustomId = prefix + "2" },
            Chunks.Item(2, OutcomeKind.Cached, Chunks.Key("c")) with { CustomId = prefix + "1" },
            Chunks.Error(3),
        ];
        await WriteAsync(Chunks.Chunk(Shard, 4, [], items), Ct);

        var keys = await Store.FindKeysAsync(_job, [prefix + "1", prefix + "2", prefix, "id-3"], Ct);

        Assert.Equal(2, keys.Count);
        Assert.Equal(Chunks.Key("a"), keys[prefix + "1"]);
        Assert.Equal(Chunks.Key("b"), keys[prefix + "2"]);
        Assert.Empty(await Store.FindKeysAsync(Guid.NewGuid(), [prefix + "1"], Ct));
    }

    private static string Rendered(StoredOutput output)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) output.Write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
