using System.Numerics.Tensors;
using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference;

/// <summary>Agreement with an independent implementation on real models and texts.</summary>
public sealed class OracleTests
{
    [Theory]
    [InlineData("small-embed-bert", "small-embed-bert-mixed-en-0")]
    [InlineData("small-embed-bert", "small-embed-bert-sts")]
    [InlineData("small-sentiment-bert", "small-sentiment-bert-sst2-dev")]
    [InlineData("small-sentiment-bert", "small-sentiment-bert-movie-reviews")]
    public void Token_ids_are_equal(string model, string reference)
    {
        var rows = Assets.ReferenceRows(reference);
        using var encoder = TextTokenizer.Load(Assets.Model(model)).CreateEncoder();
        foreach (var row in rows)
        {
            using var tokens = new TokenBuffer();
            encoder.Encode(new TextInput(Text(row), null), new EncodeOptions(512), tokens);
            Assert.Equal([.. row.GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32())], tokens.Ids.ToArray());
        }
    }

    [Theory]
    [InlineData("small-embed-bert", "", "small-embed-bert-mixed-en-0")]
    [InlineData("small-embed-bert", "", "small-embed-bert-sts")]
    [InlineData("small-embed-bert", ":quantized", "small-embed-bert.q8-mixed-en-0")]
    [InlineData("synthetic-minilm-l6", "", "synthetic-minilm-l6-mixed-en-0")]
    [InlineData("rxnmapper-albert-embed", "", "rxnmapper-albert-embed-reactions")]
    public async Task Embeddings_are_equal(string model, string variant, string reference)
    {
        var rows = Assets.ReferenceRows(reference);
        await using var engine = Load(model, variant);
        foreach (var output in await engine.RunAsync([.. rows.Select(r => new TextInput(Text(r), null))]))
        {
            float[] expected = [.. rows[output.Index].GetProperty("embedding").EnumerateArray().Select(x => x.GetSingle())];
            Assert.InRange(TensorPrimitives.CosineSimilarity(expected, output.Embedding!), 0.9999f, 1.0001f);
        }
    }

    [Theory]
    [InlineData("", "small-sentiment-bert-sst2-dev")]
    [InlineData("", "small-sentiment-bert-movie-reviews")]
    [InlineData(":quantized", "small-sentiment-bert.q8-sst2-dev")]
    public async Task Labels_are_equal_and_scores_are_close(string variant, string reference)
    {
        var rows = Assets.ReferenceRows(reference);
        await using var engine = Load("small-sentiment-bert", variant);
        foreach (var output in await engine.RunAsync([.. rows.Select(r => new TextInput(Text(r), null))]))
        {
            var expected = rows[output.Index].GetProperty("labels").EnumerateArray().ToList();
            var actual = JsonDocument.Parse(output.Json!).RootElement.EnumerateArray().ToList();
            Assert.Equal(expected.Select(Label), actual.Select(Label));
            for (int i = 0; i < expected.Count; i++) Assert.Equal(Score(expected[i]), Score(actual[i]), 1e-4);
        }
    }

    [Theory]
    [InlineData("", "rxnmapper-albert-reactions", 1e-4)]
    [InlineData(":quantized", "rxnmapper-albert.q8-reactions", 1e-4)]
    public async Task Masks_are_filled_with_the_same_tokens(string variant, string reference, double tolerance)
    {
        var rows = Assets.ReferenceRows(reference);
        await using var engine = Load("rxnmapper-albert", variant);
        foreach (var output in await engine.RunAsync([.. rows.Select(r => new TextInput(Text(r), null))]))
        {
            var expected = rows[output.Index].GetProperty("fill").EnumerateArray().ToList();
            var actual = JsonDocument.Parse(output.Json!).RootElement.EnumerateArray().ToList();
            Assert.Equal(expected.Select(e => (e.GetProperty("token").GetInt32(), e.GetProperty("token_str").GetString())), actual.Select(e => (e.GetProperty("token").GetInt32(), e.GetProperty("token_str").GetString())));
            for (int i = 0; i < expected.Count; i++) Assert.Equal(Score(expected[i]), Score(actual[i]), tolerance);
        }
    }

    [Theory]
    [InlineData("", "small-ner-unigram-uner-ewt-test")]
    [InlineData(":quantized", "small-ner-unigram.q8-uner-ewt-test")]
    public async Task Tokens_and_entities_are_equal(string variant, string reference)
    {
        var rows = Assets.ReferenceRows(reference);
        List<TextInput> inputs = [.. rows.Select(r => new TextInput(Text(r), null))];
        await using var engine = Load("small-ner-unigram", variant);
        var tokens = await engine.RunAsync(inputs, """{"ignore_labels":[]}""");
        var groups = await engine.RunAsync(inputs, """{"aggregation_strategy":"simple"}""");
        int compared = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            var expected = rows[i].GetProperty("tokens").EnumerateArray().ToList();
            // The other implementation leaves out tokens whose text is empty.
            var actual = WithText(tokens[i]);
            AssertEqual(expected, actual, "entity");
            Assert.Equal(expected.Select(e => e.GetProperty("index").GetInt32()), actual.Select(e => e.GetProperty("index").GetInt32()));
            Assert.All(actual, e => Assert.InRange(e.GetProperty("end").GetInt32(), e.GetProperty("start").GetInt32() + 1, CodePoints.Count(inputs[i].Text)));
            // It also takes what it leaves out from between the tokens before it joins them, which Hugging Face's pipeline does not.
            if (JoinsOverGaps(expected)) continue;
            AssertEqual([.. rows[i].GetProperty("groups").EnumerateArray()], WithText(groups[i]), "entity_group");
            compared++;
        }

        Assert.InRange(compared, 0.9 * rows.Count, rows.Count);

        static List<JsonElement> WithText(RowOutput row) => [.. JsonDocument.Parse(row.Json!).RootElement.EnumerateArray().Where(e => e.GetProperty("word").GetString() != "")];

        static void AssertEqual(List<JsonElement> expected, List<JsonElement> actual, string label)
        {
            Assert.Equal(expected.Select(e => (e.GetProperty(label).GetString(), e.GetProperty("word").GetString())), actual.Select(e => (e.GetProperty(label).GetString(), e.GetProperty("word").GetString())));
            for (int i = 0; i < expected.Count; i++) Assert.Equal(Score(expected[i]), Score(actual[i]), 1e-4);
        }

        static bool JoinsOverGaps(List<JsonElement> tokens)
        {
            var kept = tokens.Select(t => (Label: t.GetProperty("entity").GetString()!, Place: t.GetProperty("index").GetInt32())).Where(t => t.Label != "O").ToList();
            return kept.Zip(kept.Skip(1)).Any(p => p.Second.Place > p.First.Place + 1 && p.Second.Label[0] == 'I' && p.First.Label[2..] == p.Second.Label[2..]);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(":quantized")]
    public async Task A_row_is_bit_equal_whatever_it_is_batched_with(string variant)
    {
        var rows = Assets.ReferenceRows("small-embed-bert-mixed-en-0");
        List<TextInput> inputs = [.. rows.Select(r => new TextInput(Text(r), null))];
        await using var batched = Load("small-embed-bert", variant, maxBatchTokens: 4096);
        await using var single = Load("small-embed-bert", variant, maxBatchTokens: 1);
        var together = await batched.RunAsync(inputs);
        var alone = await single.RunAsync(inputs);
        for (int i = 0; i < inputs.Count; i++) Assert.Equal(alone[i].Embedding!, together[i].Embedding!);
        Assert.All(alone, r => Assert.Equal(r.Tokens, r.PaddedTokens));
    }

    [Fact]
    public async Task Of_a_corpus_of_mixed_lengths_a_twentieth_at_most_is_padding()
    {
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(Assets.Corpus("mixed-en/mixed-en-0.jsonl.gz")), System.IO.Compression.CompressionMode.Decompress));
        var inputs = new List<TextInput>();
        while (inputs.Count < 3000 && await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            inputs.Add(new TextInput(Text(JsonDocument.Parse(line).RootElement), null));
        await using var engine = Load("small-embed-bert", "", maxBatchTokens: 512);
        var rows = await engine.RunAsync(inputs);
        Assert.InRange(rows.Sum(r => (long)r.Tokens) / (double)rows.Sum(r => (long)r.PaddedTokens), 0.95, 1);
    }

    private static InferenceEngine Load(string model, string variant, int maxBatchTokens = 0)
    {
        var package = ModelPackage.Read(model, Assets.Model(model)).Single(m => m.Descriptor.Name == model + variant);
        return InferenceEngine.Load(package, new InferenceOptions { ParallelRuns = 2, MaxBatchTokens = maxBatchTokens });
    }

    private static string Text(JsonElement row) => row.GetProperty("text").GetString()!;

    private static string Label(JsonElement entry) => entry.GetProperty("label").GetString()!;

    private static double Score(JsonElement entry) => entry.GetProperty("score").GetDouble();
}
