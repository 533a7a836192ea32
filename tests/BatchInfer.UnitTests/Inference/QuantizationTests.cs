using System.Numerics.Tensors;
using System.Text.Json;
using BatchInfer.Inference;
using static BatchInfer.Tests.TestModelFolder;

namespace BatchInfer.UnitTests.Inference;

public sealed class QuantizationTests
{
    private const int Width = 64, Hidden = 128;
    private static readonly string[] Texts = ["good film", "bad", "a cafe good bad film a good", "naive ! good", "film film film film film film bad", "a"];

    public static TheoryData<QuantizationScheme> Schemes { get; } = [QuantizationScheme.Dynamic, QuantizationScheme.Static];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task The_variant_is_smaller_has_its_own_revision_and_agrees(QuantizationScheme scheme)
    {
        using var folder = Perceptron();
        var report = Quantize(folder, scheme);
        Assert.Equal((scheme, 2, 0), (report.Scheme, report.Matrices, report.Tables));
        Assert.Equal(Path.Combine(folder.Root, "model_int8.onnx"), Assert.Single(report.GraphPaths));
        Assert.InRange(report.Bytes, 1, report.SourceBytes / 2);
        var models = folder.Read();
        Assert.Equal(["test", "test:int8"], models.Select(m => m.Descriptor.Name));
        Assert.NotEqual(models[0].Descriptor.Revision, models[1].Descriptor.Revision);
        await using var full = Load(models[0]);
        await using var small = Load(models[1]);
        var (expected, actual) = (await full.RunAsync("{}", Texts), await small.RunAsync("{}", Texts));
        for (int i = 0; i < Texts.Length; i++)
        {
            Assert.NotEqual(expected[i].Embedding!, actual[i].Embedding!);
            Assert.InRange(TensorPrimitives.CosineSimilarity(expected[i].Embedding, actual[i].Embedding), 0.999f, 1.001f);
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_row_is_bit_equal_whatever_it_is_batched_with(QuantizationScheme scheme)
    {
        using var folder = Perceptron();
        Quantize(folder, scheme);
        var model = folder.Read()[1];
        string[] many = [.. Enumerable.Range(0, 200).Select(i => string.Join(' ', Enumerable.Range(0, 1 + i % 11).Select(w => Vocabulary[5 + (i * 7 + w * 3) % 3])))];
        await using var alone = Load(model, maxBatchTokens: 1);
        var expected = await alone.RunAsync("{}", many);
        int[] shuffled = [.. Enumerable.Range(0, many.Length).OrderBy(i => i * 7919 % 211)];
        foreach (int budget in (int[])[40, 160, 4096])
        {
            await using var batched = Load(model, maxBatchTokens: budget);
            var rows = await batched.RunAsync("{}", [.. shuffled.Select(i => many[i])]);
            for (int i = 0; i < rows.Length; i++) Assert.Equal(expected[shuffled[i]].Embedding!, rows[i].Embedding!);
            if (scheme == QuantizationScheme.Static && budget > 1000) Assert.Contains(rows, r => r.PaddedTokens > r.Tokens);
        }
    }

    [Fact]
    public async Task Weights_beside_the_graph_are_read_and_written_one_by_one()
    {
        using var folder = Perceptron(externalWeights: true);
        var inline = Quantize(folder, QuantizationScheme.Dynamic);
        byte[] graph = await File.ReadAllBytesAsync(inline.GraphPaths[0], Cancellation);
        Assert.False(File.Exists(inline.GraphPaths[0] + "_data"));
        await using (var engine = Load(folder.Read()[1])) Assert.NotNull((await engine.RunAsync("{}", "good"))[0].Embedding);

        var external = ModelQuantizer.Quantize(folder.Read()[0], folder.Root, null, maxInlineBytes: 0, Cancellation);
        Assert.True(File.Exists(external.GraphPaths[0] + "_data"));
        Assert.True(new FileInfo(external.GraphPaths[0]).Length < graph.Length / 2);
        await using var beside = Load(folder.Read()[1]);
        Assert.NotNull((await beside.RunAsync("{}", "good"))[0].Embedding);

        Quantize(folder, QuantizationScheme.Dynamic);
        Assert.False(File.Exists(external.GraphPaths[0] + "_data"));
        Assert.Equal(graph, await File.ReadAllBytesAsync(inline.GraphPaths[0], Cancellation));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Root), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_large_lookup_table_keeps_a_scale_for_each_row()
    {
        const int rows = 8192, width = 64;
        using var folder = new TestModelFolder();
        // Rows of very different size: a scale for the whole table would lose the small ones.
        var table = Table(width, (id, i) => MathF.Sin(id * 31 + i) * MathF.Pow(10, id % 5 - 2), rows);
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("MatMul", ["rows", "weights"], "last_hidden_state")
            .Initializer("table", table).Initializer("weights", Matrix(width, Hidden, 1))
            .Input("input_ids").Input("attention_mask").Output("last_hidden_state", -1, -1, Hidden).ToModel());
        Assert.Equal((1, 1), (Quantize(folder, QuantizationScheme.Dynamic) is var report ? report.Matrices : 0, report.Tables));
        await using var full = Load(folder.Read()[0]);
        await using var small = Load(folder.Read()[1]);
        var (expected, actual) = (await full.RunAsync("""{"pooling":"cls"}""", Texts), await small.RunAsync("""{"pooling":"cls"}""", Texts));
        Assert.All(expected.Zip(actual), pair => Assert.InRange(TensorPrimitives.CosineSimilarity(pair.First.Embedding, pair.Second.Embedding), 0.999f, 1.001f));
    }

    [Fact]
    public async Task A_transposed_and_scaled_product_with_a_bias_is_the_same()
    {
        using var folder = new TestModelFolder("BertForSequenceClassification");
        folder.Config["num_labels"] = Hidden;
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("Gather", ["rows", "one"], "second", axis: 1)
            .Gemm(["second", "weights", "bias"], "logits", transposed: true, alpha: 0.5f)
            .Initializer("table", Matrix(Vocabulary.Length, Width, 3)).Initializer("weights", Matrix(Hidden, Width, 4)).Initializer("bias", Matrix(1, Hidden, 5))
            .ScalarInitializer("one", 1).Input("input_ids").Input("attention_mask").Output("logits", -1, Hidden).ToModel());
        Quantize(folder, QuantizationScheme.Dynamic);
        await using var full = Load(folder.Read()[0]);
        await using var small = Load(folder.Read()[1]);
        var (expected, actual) = (await full.RunAsync("""{"function":"sigmoid"}""", Texts), await small.RunAsync("""{"function":"sigmoid"}""", Texts));
        for (int i = 0; i < Texts.Length; i++)
        {
            var (a, b) = (ScoresOf(expected[i]), ScoresOf(actual[i]));
            Assert.All(a, score => Assert.Equal(score.Value, b[score.Key], 0.03));
        }
    }

    [Theory]
    [InlineData(0.5f, true)]
    [InlineData(2, false)]
    public async Task Weights_that_two_products_use_otherwise_are_bytes_in_one_of_them(float alpha, bool transposed)
    {
        // Square, so that they can be turned: rows × first, then × them again, turned or scaled otherwise.
        using var folder = new TestModelFolder("BertForSequenceClassification");
        folder.Config["num_labels"] = Hidden;
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("Gather", ["rows", "one"], "second", axis: 1)
            .Gemm(["second", "weights"], "bent", transposed: false, alpha: 1).Gemm(["bent", "weights"], "logits", transposed, alpha)
            .Initializer("table", Matrix(Vocabulary.Length, Hidden, 3)).Initializer("weights", Matrix(Hidden, Hidden, 4))
            .ScalarInitializer("one", 1).Input("input_ids").Input("attention_mask").Output("logits", -1, Hidden).ToModel());
        Assert.Equal(1, Quantize(folder, QuantizationScheme.Dynamic).Matrices);
        await using var full = Load(folder.Read()[0]);
        await using var small = Load(folder.Read()[1]);
        var (expected, actual) = (await full.RunAsync("""{"function":"sigmoid"}""", Texts), await small.RunAsync("""{"function":"sigmoid"}""", Texts));
        for (int i = 0; i < Texts.Length; i++)
        {
            var (a, b) = (ScoresOf(expected[i]), ScoresOf(actual[i]));
            Assert.All(a, score => Assert.Equal(score.Value, b[score.Key], 0.03));
        }
    }

    [Fact]
    public async Task Samples_stand_at_the_positions_that_the_model_counts_from()
    {
        using var folder = new TestModelFolder();
        (folder.Config["model_type"], folder.Config["pad_token_id"], folder.Config["max_position_embeddings"]) = ("roberta", 1, 18);
        // Positions before the first one, which no text has, are far from all others: a range that takes them in is too coarse for those.
        folder.Write("model.onnx", new TestGraph()
            .Node("Gather", ["table", "input_ids"], "words").Node("Gather", ["places", "position_ids"], "there").Node("Add", ["words", "there"], "rows")
            .Node("MatMul", ["rows", "weights"], "last_hidden_state")
            .Initializer("table", Matrix(Vocabulary.Length, Width, 1)).Initializer("places", Table(Width, (place, i) => place < 2 ? (i % 2 == 0 ? 1000 : -1000) : MathF.Sin(place * 7 + i), 18))
            .Initializer("weights", Matrix(Width, Hidden, 2))
            .Input("input_ids").Input("attention_mask").Input("position_ids").Output("last_hidden_state", -1, -1, Hidden).ToModel());
        Assert.Equal(2, folder.Read()[0].Config.FirstPosition);
        Quantize(folder, QuantizationScheme.Static);
        await using var full = Load(folder.Read()[0]);
        await using var small = Load(folder.Read()[1]);
        var (expected, actual) = (await full.RunAsync("{}", Texts), await small.RunAsync("{}", Texts));
        Assert.All(expected.Zip(actual), pair => Assert.InRange(TensorPrimitives.CosineSimilarity(pair.First.Embedding, pair.Second.Embedding), 0.99f, 1.001f));
    }

    [Fact]
    public async Task Another_folder_becomes_a_model_of_its_own()
    {
        using var folder = Perceptron();
        string target = Path.Combine(folder.Root, "small");
        var report = ModelQuantizer.Quantize(folder.Read()[0], target, null, Cancellation);
        Assert.Equal(Path.Combine(target, "model.onnx"), Assert.Single(report.GraphPaths));
        await using var engine = Load(Assert.Single(ModelPackage.Read("small", target)));
        Assert.NotNull((await engine.RunAsync("{}", "good"))[0].Embedding);
    }

    [Fact]
    public void What_cannot_be_quantised_is_a_sentence()
    {
        using var table = Embedder();
        Assert.Contains("nothing to quantise", Assert.Throws<ModelFormatException>(() => Quantize(table, QuantizationScheme.Dynamic)).Message, StringComparison.Ordinal);
        using var old = Perceptron(opset: 10);
        Assert.Contains("opset 10", Assert.Throws<ModelFormatException>(() => Quantize(old, QuantizationScheme.Dynamic)).Message, StringComparison.Ordinal);
        Assert.Equal(["test"], old.Read().Select(m => m.Descriptor.Name));
    }

    [Fact]
    public void Two_products_of_any_weights_fit_16_bits()
    {
        float[] weights = [1, -4, 0, -1, 2, 0, 0.5f, 4, 0];
        var (values, scales) = (new sbyte[9], new float[3]);
        ChannelQuantizer.Columns(weights, 3, values, scales);
        Assert.Equal([64, -64, 0, -64, 32, 0, 32, 64, 0], values);
        Assert.Equal([1f / 64, 4f / 64, 1], scales);
        Assert.All(values, v => Assert.InRange(2 * byte.MaxValue * Math.Abs(v), 0, short.MaxValue));
    }

    [Fact]
    public void A_range_cuts_off_what_is_rare_and_keeps_zero_exact()
    {
        var range = new ActivationRange();
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 200_000).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
        range.Add(values);
        range.Add([30f]);
        var (scale, zeroPoint) = range.Choose();
        float largest = (byte.MaxValue - zeroPoint) * scale, smallest = -zeroPoint * scale;
        Assert.InRange(smallest, -1.6f, -1.2f);
        Assert.InRange(largest, 1.2f, 29);
        var positive = new ActivationRange();
        positive.Add([0, 1, 2, 3]);
        Assert.Equal((byte)0, positive.Choose().ZeroPoint);
        Assert.Equal((1f, (byte)0), new ActivationRange().Choose());
    }

    [Theory]
    [InlineData(QuantizationScheme.Dynamic)]
    [InlineData(QuantizationScheme.Static)]
    public async Task A_trained_classifier_keeps_its_labels(QuantizationScheme scheme)
    {
        string source = Assets.Model("small-sentiment-bert");
        var rows = File.ReadLines(Assets.Reference("small-sentiment-bert-sst2-dev")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var texts = rows.ConvertAll(r => new TextInput(r.GetProperty("text").GetString()!, null));
        using var folder = new TestModelFolder();
        var samples = scheme == QuantizationScheme.Static ? SampleTexts() : null;
        ModelQuantizer.Quantize(ModelPackage.Read("m", source).Single(m => m.Descriptor.Name == "m"), folder.Root, samples, Cancellation);
        await using var engine = Load(ModelPackage.Read("m", folder.Root).Single(m => m.Descriptor.Name == "m"));
        var outputs = await engine.RunAsync(texts);
        int equal = outputs.Count(o => ScoresOf(o).MaxBy(s => s.Value).Key
            == rows[o.Index].GetProperty("labels").EnumerateArray().MaxBy(l => l.GetProperty("score").GetDouble()).GetProperty("label").GetString());
        Assert.InRange((double)equal / rows.Count, 0.99, 1);
    }

    private static List<TextInput> SampleTexts()
    {
        using var corpus = new StreamReader(new System.IO.Compression.GZipStream(
            File.OpenRead(Assets.Corpus("rt-polarity/rt-polarity.jsonl.gz")), System.IO.Compression.CompressionMode.Decompress));
        var samples = new List<TextInput>();
        while (samples.Count < 200) samples.Add(new TextInput(JsonDocument.Parse(corpus.ReadLine()!).RootElement.GetProperty("text").GetString()!, null));
        return samples;
    }

    internal static TestModelFolder Perceptron(bool externalWeights = false, int opset = 14)
    {
        var folder = new TestModelFolder();
        var graph = new TestGraph()
            .Node("Gather", ["table", "input_ids"], "rows").Node("MatMul", ["rows", "first"], "hidden").Node("Tanh", ["hidden"], "bent")
            .Node("MatMul", ["bent", "second"], "last_hidden_state").Initializer("table", Matrix(Vocabulary.Length, Width, 1)).Initializer("second", Matrix(Hidden, Width, 2));
        if (externalWeights)
        {
            graph.ExternalInitializer("first", Width, Hidden, "weights.bin");
            folder.Write("weights.bin", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Matrix(Width, Hidden, 3).SelectMany(r => r).ToArray()).ToArray());
        }
        else graph.Initializer("first", Matrix(Width, Hidden, 3));

        folder.Write("model.onnx", graph.Input("input_ids").Input("attention_mask").Output("last_hidden_state", -1, -1, Width).ToModel(opset));
        return folder;
    }

    private static float[][] Matrix(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => (float)(random.NextDouble() - 0.5) / 2).ToArray())];
    }

    private static QuantizationReport Quantize(TestModelFolder folder, QuantizationScheme scheme) => ModelQuantizer.Quantize(
        folder.Read()[0], folder.Root, scheme == QuantizationScheme.Static ? [.. Texts.Select(t => new TextInput(t, null))] : null, Cancellation);

    private static InferenceEngine Load(ModelPackage model, int maxBatchTokens = 0) =>
        InferenceEngine.Load(model, new InferenceOptions { ParallelRuns = 2, MaxBatchTokens = maxBatchTokens });

    private static Dictionary<string, double> ScoresOf(RowOutput row) => JsonDocument.Parse(row.Json!).RootElement.EnumerateArray()
        .ToDictionary(e => e.GetProperty("label").GetString()!, e => e.GetProperty("score").GetDouble());
}
