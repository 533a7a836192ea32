using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Tasks;

/// <summary>Tasks that read an input beside something else: labels of the job, or the second text of a pair.</summary>
public sealed class PairTaskTests
{
    [Fact]
    public async Task Zero_shot_scores_sum_to_1_or_each_label_stands_by_itself()
    {
        using var folder = Entailer(16);
        await using var engine = folder.Load();
        const string Labels = "\"candidate_labels\":\"bad,good\",\"hypothesis_template\":\"a {}\"";
        Assert.Equal([("good", Sigmoid(2 - 1)), ("bad", Sigmoid(1 - 2))], await ZeroShot($$"""{{{Labels}}}"""), Close);
        Assert.Equal([("good", Sigmoid(2 - 1.5)), ("bad", Sigmoid(1 - 1.5))], await ZeroShot($$"""{{{Labels}},"multi_label":true}"""), Close);
        // A single label has nothing to be compared with but its contradiction.
        Assert.Equal([("good", Sigmoid(2 - 1.5))], await ZeroShot("""{"candidate_labels":["good"],"hypothesis_template":"{}"}"""), Close);

        async Task<IEnumerable<(string, double)>> ZeroShot(string parameters)
        {
            var row = Assert.Single(await engine.RunAsync([new TextInput("film", null)], parameters, TaskNames.ZeroShotClassification));
            Assert.Null(row.ErrorMessage);
            var output = JsonDocument.Parse(row.Json!).RootElement;
            return output.GetProperty("labels").EnumerateArray().Select(l => l.GetString()!).Zip(output.GetProperty("scores").EnumerateArray().Select(s => s.GetDouble()));
        }
    }

    [Fact]
    public async Task Many_labels_of_many_texts_are_put_together_from_any_batches()
    {
        using var folder = Entailer(16);
        await using var one = folder.Load(parallelRuns: 1, maxBatchTokens: 1);
        await using var many = folder.Load(parallelRuns: 4, maxBatchTokens: 512);
        var texts = Enumerable.Range(0, 700).Select(i => new TextInput(string.Join(' ', Enumerable.Repeat("film", i * 5 % 23)) + " good", null)).ToList();
        const string Parameters = """{"candidate_labels":["good","bad","film","a","cafe"]}""";
        var alone = await one.RunAsync(texts, Parameters, TaskNames.ZeroShotClassification);
        var together = await many.RunAsync(texts, Parameters, TaskNames.ZeroShotClassification);
        var reversed = await many.RunAsync([.. texts.AsEnumerable().Reverse()], Parameters, TaskNames.ZeroShotClassification);
        for (int i = 0; i < texts.Count; i++)
        {
            Assert.Equal(alone[i].Json, together[i].Json);
            Assert.Equal(alone[i].Json, reversed[texts.Count - 1 - i].Json);
            Assert.Equal((alone[i].Tokens, alone[i].TokensCut), (together[i].Tokens, together[i].TokensCut));
        }

        Assert.Contains(alone, r => r.TokensCut > 0);
        Assert.All(alone, r => Assert.Equal(r.Tokens, r.PaddedTokens));
    }

    [Fact]
    public async Task Of_a_text_too_long_for_its_labels_windows_are_merged()
    {
        using var folder = Entailer(10);
        await using var engine = folder.Load();
        // Six words a window beside [CLS], [SEP], "good", [SEP]: one of films, which contradict, one of good ones.
        var row = Assert.Single(await engine.RunAsync([new TextInput("film film film film film film good good good good good good", null)],
            """{"candidate_labels":["good"],"hypothesis_template":"{}","long_input":"window","window_aggregation":"max","stride":0}""", TaskNames.ZeroShotClassification));
        Assert.Equal(20, row.Tokens);
        Assert.Equal(0, row.TokensCut);
        Assert.Equal("good", JsonDocument.Parse(row.Json!).RootElement.GetProperty("labels")[0].GetString());
    }

    [Theory]
    [InlineData(TaskNames.TextRanking)]
    [InlineData(TaskNames.SentenceSimilarity)]
    public async Task One_logit_scores_a_pair(string task)
    {
        using var folder = TinyModels.Adder(["LABEL_0"], 16, ("good", [2]), ("bad", [-100]));
        await using var engine = folder.Load();
        var rows = await engine.RunAsync([new("film", "good"), new("film", "bad"), new("film", null)], "{}", task);
        Assert.Equal(Sigmoid(2), Score(rows[0]), 1e-6);
        Assert.Equal(Sigmoid(-100), Score(rows[1]), 1e-6);
        Assert.Equal(ErrorCodes.MissingField, rows[2].ErrorCode);
        Assert.Equal(2, Score((await engine.RunAsync([new("film", "good")], """{"function":"none"}""", task))[0]), 1e-6);
    }

    [Fact]
    public async Task Similarity_of_embeddings_is_their_cosine()
    {
        using var folder = TinyModels.Embedder(16);
        await using var engine = folder.Load();
        var single = await engine.RunAsync("{}", "good film", "bad");
        double cosine = single[0].Embedding!.Zip(single[1].Embedding!, (a, b) => a * b).Sum();
        var rows = await engine.RunAsync([new("good film", "bad"), new("bad", "bad"), new("bad", null)], "{}", TaskNames.SentenceSimilarity);
        Assert.Equal(cosine, Score(rows[0]), 1e-5);
        Assert.Equal(1, Score(rows[1]), 1e-5);
        Assert.Equal(ErrorCodes.MissingField, rows[2].ErrorCode);
        Assert.Equal(single[0].Tokens + single[1].Tokens, rows[0].Tokens);
    }

    private static TestModelFolder Entailer(int contextLength) => TinyModels.Adder(
        ["contradiction", "neutral", "entailment"], contextLength, ("good", [0, 0, 2]), ("bad", [0, 0, 1]), ("film", [1.5f, 0, 0]));

    private static double Score(RowOutput row) => JsonDocument.Parse(row.Json!).RootElement.GetProperty("score").GetDouble();

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static bool Close((string, double) a, (string, double) b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6;
}
