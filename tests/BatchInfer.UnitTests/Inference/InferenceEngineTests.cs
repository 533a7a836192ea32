using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using static BatchInfer.Tests.TestModelFolder;

namespace BatchInfer.UnitTests.Inference;

public sealed class InferenceEngineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mean")]
    [InlineData("cls")]
    [InlineData("max")]
    [InlineData("last_token")]
    public async Task Pooling_takes_the_tokens_and_never_the_padding(string pooling)
    {
        // The padding's vector would win every maximum and move every mean.
        var table = Table(3, (id, i) => id == 0 ? 1e6f : id * (i == 1 ? -1 : 1));
        using var folder = Embedder(table);
        await using var engine = folder.Load();
        var rows = await engine.RunAsync($$"""{"pooling":"{{pooling}}","normalize":false}""", "good bad film a", "", "bad");
        string[] tokens = ["[CLS] good bad film a [SEP]", "[CLS] [SEP]", "[CLS] bad [SEP]"];
        for (int i = 0; i < rows.Length; i++)
        {
            var vectors = tokens[i].Split(' ').Select(t => table[Id(t)]).ToArray();
            float[] expected = [.. Enumerable.Range(0, 3).Select(d => pooling switch
            {
                "mean" => vectors.Average(v => v[d]),
                "cls" => vectors[0][d],
                "last_token" => vectors[^1][d],
                _ => vectors.Max(v => v[d]),
            })];
            float[] embedding = rows[i].Embedding!;
            Assert.Equal(expected.Length, embedding.Length);
            Assert.All(expected.Zip(embedding), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            Assert.Equal((vectors.Length, 6), (rows[i].Tokens, rows[i].PaddedTokens));
        }
    }

    [Fact]
    public async Task A_normalised_embedding_has_length_1_and_zeros_stay_zeros()
    {
        using var folder = Embedder(Table(4, (id, i) => id <= Sep ? 0 : id + i));
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good film", "");
        Assert.Equal(1, rows[0].Embedding!.Sum(x => x * x), 1e-6f);
        Assert.Equal([0, 0, 0, 0], rows[1].Embedding!);
    }

    [Fact]
    public async Task A_graph_that_pools_itself_is_left_to_it()
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", new TestGraph().Node("Gather", ["table", "input_ids"], "rows").Node("Gather", ["rows", "one"], "sentence_embedding", axis: 1)
            .Initializer("table", Table(2, (id, i) => id + i)).ScalarInitializer("one", 1)
            .Input("input_ids").Input("attention_mask").Output("sentence_embedding", -1, 2).ToModel());
        await using var engine = folder.Load();
        Assert.Equal("""{"dimensions":2,"long_input":"truncate","max_length":16,"normalize":true,"prefix":"","stride":0}""", engine.Descriptor.Tasks[TaskNames.FeatureExtraction]);
        Assert.Equal([Id("bad"), Id("bad") + 1], (await engine.RunAsync("""{"normalize":false}""", "bad"))[0].Embedding!);
    }

    [Fact]
    public async Task Softmax_bears_logits_of_100_and_the_best_label_comes_first()
    {
        using var folder = Classifier(Logits(("good", 0, 100), ("bad", 100, -100), ("film", 1, 1)), "NEGATIVE", "POSITIVE");
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good", "bad", "film");
        Assert.Equal([("POSITIVE", 1f), ("NEGATIVE", 0f)], Scores(rows[0]), Close);
        Assert.Equal([("NEGATIVE", 1f), ("POSITIVE", 0f)], Scores(rows[1]), Close);
        Assert.Equal("""[{"label":"NEGATIVE","score":0.5},{"label":"POSITIVE","score":0.5}]""", rows[2].Json);
    }

    [Fact]
    public async Task Several_labels_at_once_are_sigmoids_by_default()
    {
        using var folder = Classifier(Logits(("good", 0, 100), ("bad", -1000, 2)), "A", "B");
        folder.Config["problem_type"] = "multi_label_classification";
        await using var engine = folder.Load();
        Assert.Contains("\"function\":\"sigmoid\"", engine.Descriptor.Tasks[TaskNames.TextClassification], StringComparison.Ordinal);
        var rows = await engine.RunAsync("{}", "good", "bad");
        Assert.Equal([("B", 1f), ("A", 0.5f)], Scores(rows[0]), Close);
        Assert.Equal([("B", 0.880797f), ("A", 0f)], Scores(rows[1]), Close);
        Assert.Equal([("B", 1f), ("A", 0f)], Scores((await engine.RunAsync("""{"function":"softmax"}""", "good"))[0]), Close);
    }

    [Fact]
    public async Task A_single_label_is_a_sigmoid_by_default()
    {
        using var folder = Classifier(Table(1, (_, _) => 0), "toxic \"x\" ü");
        await using var engine = folder.Load();
        Assert.Equal("""[{"label":"toxic \"x\" ü","score":0.5}]""", (await engine.RunAsync("{}", "good"))[0].Json);
    }

    [Fact]
    public async Task Texts_empty_short_and_at_the_length_limit_are_answered()
    {
        using var folder = Embedder();
        await using var engine = folder.Load();
        string limit = string.Join(' ', Enumerable.Repeat("film", 14));
        var rows = await engine.RunAsync("{}", "", "good", limit, limit + " a");
        Assert.Equal([2, 3, 16, 16], rows.Select(r => r.Tokens));
        Assert.Equal([0, 0, 0, 1], rows.Select(r => r.TokensCut));
        Assert.Equal(rows[2].Embedding!, rows[3].Embedding!);
        var shortened = await engine.RunAsync("""{"max_length":4}""", limit);
        Assert.Equal((4, 12), (shortened[0].Tokens, shortened[0].TokensCut));
    }

    [Fact]
    public async Task Both_texts_of_a_pair_reach_the_model_with_their_type_ids()
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", new TestGraph().Node("Gather", ["table", "token_type_ids"], "last_hidden_state")
            .Initializer("table", [[1, 0], [0, 1]]).Input("input_ids").Input("attention_mask").Input("token_type_ids")
            .Output("last_hidden_state", -1, -1, 2).ToModel());
        await using var engine = folder.Load();
        var rows = await engine.RunAsync([new("good film", "bad"), new("good", null)], """{"normalize":false}""");
        Assert.Equal([4 / 6f, 2 / 6f], rows[0].Embedding!, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([1, 0], rows[1].Embedding!);
    }

    [Fact]
    public async Task A_row_without_numbers_fails_alone()
    {
        using var folder = Classifier(Logits(("broken", float.NaN, 1), ("huge", float.PositiveInfinity, 1)), "A", "B");
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good", "broken", "huge", "bad");
        Assert.Equal([null, ErrorCodes.InvalidOutput, ErrorCodes.InvalidOutput, null], rows.Select(r => r.ErrorCode));
        Assert.All(rows, r => Assert.Equal(r.ErrorCode is null, r.Json is not null));
    }

    [Fact]
    public async Task A_row_that_the_model_refuses_fails_alone()
    {
        // The last word of the vocabulary has no row in the table.
        using var folder = Embedder(Table(3, (id, i) => id, rows: Vocabulary.Length - 1));
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good", "beyond", "bad");
        Assert.Equal([null, ErrorCodes.InvalidOutput, null], rows.Select(r => r.ErrorCode));
        Assert.NotNull(rows[0].Embedding);
    }

    [Fact]
    public async Task A_text_over_the_character_limit_fails_alone()
    {
        using var folder = Embedder();
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good", new string('a', WindowTokenizer.MaxCharacters + 1));
        Assert.Equal([null, ErrorCodes.TooLong], rows.Select(r => r.ErrorCode));
    }

    [Fact]
    public async Task Without_a_mask_each_row_runs_by_itself()
    {
        using var folder = Embedder(Table(3, (id, _) => id == 0 ? 1e6f : id), mask: false);
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good bad film", "a");
        Assert.Equal([5, 3], rows.Select(r => r.PaddedTokens));
    }

    [Fact]
    public async Task Many_rows_of_many_calls_come_back_once_each()
    {
        using var folder = Embedder();
        await using var engine = folder.Load(parallelRuns: 3, maxBatchTokens: 64);
        var inputs = Enumerable.Range(0, 10_000).Select(i => new TextInput(string.Join(' ', Enumerable.Repeat("good", i * 7 % 13)), null)).ToList();
        var calls = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => engine.RunAsync(inputs))));
        Assert.All(calls, rows => Assert.Equal(inputs.Select((_, i) => i * 7 % 13 + 2), rows.Select(r => r.Tokens)));
    }

    [Fact]
    public async Task A_reader_that_stops_leaves_the_engine_to_the_others()
    {
        using var folder = Embedder();
        await using var engine = folder.Load(parallelRuns: 1, maxBatchTokens: 8);
        var inputs = Enumerable.Repeat(new TextInput("good film", null), 5000).ToList();
        await foreach (var _ in engine.InferAsync(TaskNames.FeatureExtraction, InferenceParameters.Empty, inputs, Cancellation)) break;
        Assert.Equal(5000, (await engine.RunAsync(inputs)).Length);
    }

    [Fact]
    public async Task A_cancelled_call_ends_and_the_engine_goes_on()
    {
        using var folder = Embedder();
        await using var engine = folder.Load(parallelRuns: 1, maxBatchTokens: 8);
        var inputs = Enumerable.Repeat(new TextInput("good film", null), 5000).ToList();
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.InferAsync(TaskNames.FeatureExtraction, InferenceParameters.Empty, inputs, cancel.Token)) await cancel.CancelAsync();
        });
        Assert.Single(await engine.RunAsync("{}", "good"));
    }

    [Fact]
    public async Task A_disposed_engine_ends_its_calls()
    {
        using var folder = Embedder();
        var engine = folder.Load(parallelRuns: 1, maxBatchTokens: 8);
        var inputs = Enumerable.Repeat(new TextInput("good film", null), 5000).ToList();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.InferAsync(TaskNames.FeatureExtraction, InferenceParameters.Empty, inputs, Cancellation)) await engine.DisposeAsync();
        });
        Assert.Throws<ObjectDisposedException>(() => engine.InferAsync(TaskNames.FeatureExtraction, InferenceParameters.Empty, inputs, Cancellation));
    }

    [Theory]
    [InlineData("text-classification", "{}", "does not do text-classification; it does: feature-extraction, sentence-similarity")]
    [InlineData("feature-extraction", """{"max_length":17}""", "Parameter max_length must be at most 16")]
    [InlineData("feature-extraction", """{"pooling":"median"}""", "Parameter pooling must be one of")]
    [InlineData("feature-extraction", """{"function":"softmax"}""", "Parameter function is not a parameter")]
    public async Task A_wrong_task_or_parameter_is_refused(string task, string parameters, string problem)
    {
        using var folder = Embedder();
        await using var engine = folder.Load();
        var thrown = Assert.Throws<RefusedParameterException>(() => engine.InferAsync(task, InferenceParameters.Parse(parameters), [], Cancellation));
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_inputs_give_no_rows()
    {
        using var folder = Embedder();
        await using var engine = folder.Load();
        Assert.Empty(await engine.RunAsync("{}"));
    }

    private static float[][] Logits(params (string Token, float First, float Second)[] rows)
    {
        var table = Table(2, (_, _) => 0);
        foreach (var (token, first, second) in rows) table[Id(token)] = [first, second];
        return table;
    }

    private static IEnumerable<(string Label, float Score)> Scores(RowOutput row) => JsonDocument.Parse(row.Json!).RootElement.EnumerateArray()
        .Select(s => (s.GetProperty("label").GetString()!, s.GetProperty("score").GetSingle()));

    private static bool Close((string Label, float Score) a, (string Label, float Score) b) => a.Label == b.Label && Math.Abs(a.Score - b.Score) < 1e-6;
}
