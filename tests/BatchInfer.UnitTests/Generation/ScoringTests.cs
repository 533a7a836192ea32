using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>How likely texts are, by any graph from token ids to logits.</summary>
public sealed class ScoringTests
{
    [Fact]
    public async Task A_table_of_bigrams_scores_each_token_by_the_one_before()
    {
        float[][] table = TinyGraphs.Table(5, 5, 4);
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Bigrams(table));
        int[][] texts = [[1, 2, 3], [4, 4], [0, 1, 2, 3, 4, 0, 1], [2, 2, 2]];
        var results = await engine.RunAsync(new GenerationSettings(), texts, TextScoring.Causal);
        for (int i = 0; i < texts.Length; i++)
        {
            var score = results[i].Texts[0];
            Assert.Equal(texts[i][1..], score.Tokens);
            for (int t = 1; t < texts[i].Length; t++)
            {
                float[] row = table[texts[i][t - 1]];
                Assert.Equal(row[texts[i][t]] - Math.Log(row.Sum(x => Math.Exp(x))), score.LogProbabilities[t - 1], 1e-5);
            }
        }
    }

    [Fact]
    public async Task A_recurrent_network_scores_its_own_texts_as_it_wrote_them()
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Recurrent());
        var prompts = TinyLanguageModel.Prompts(20);
        var written = await engine.RunAsync(new GenerationSettings { MaxNewTokens = 6 }, prompts);
        var scored = await engine.RunAsync(new GenerationSettings(), [.. prompts.Zip(written, (p, w) => (int[])[.. p, .. w.Texts[0].Tokens])], TextScoring.Causal);
        for (int i = 0; i < prompts.Length; i++)
        {
            float[] scores = scored[i].Texts[0].LogProbabilities[(prompts[i].Length - 1)..];
            for (int t = 0; t < 6; t++) Assert.Equal(written[i].Texts[0].LogProbabilities[t], scores[t], 1e-5f);
        }
    }

    [Fact]
    public async Task A_decoder_with_a_cache_scores_as_one_without()
    {
        using var model = new TinyLanguageModel();
        using var cached = model.Load(model.Decoder(true));
        using var whole = model.Load(model.Decoder(false));
        int[][] texts = [.. TinyLanguageModel.Prompts(30).Where(p => p.Length > 1)];
        var (expected, actual) = (await whole.RunAsync(new GenerationSettings(), texts, TextScoring.Causal), await cached.RunAsync(new GenerationSettings(), texts, TextScoring.Causal));
        for (int i = 0; i < texts.Length; i++) Assert.Equal(expected[i].Texts[0].LogProbabilities, actual[i].Texts[0].LogProbabilities);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(64)]
    public void A_text_scored_piece_by_piece_scores_as_at_once(int logitTokens)
    {
        using var model = new TinyLanguageModel();
        using var decoder = new DecoderGraph(model.Decoder(true), null, null);
        using var workspace = new StepWorkspace();
        using var call = new GenerationCall(new GenerationSettings(), isEncoderDecoder: false, 1, TestContext.Current.CancellationToken) { Scoring = TextScoring.Causal };
        ScoreRunner pieces = new(decoder, 512, logitTokens, inPieces: true), atOnce = new(decoder, 512, int.MaxValue, inPieces: true);
        for (int length = 2; length < 40; length++)
        {
            GenerationRequest[] texts =
                [.. Enumerable.Range(0, 5).Select(n => new GenerationRequest(call, n, [.. Enumerable.Range(0, length).Select(t => (n * 5 + t * t * 3 + 1) % TinyGraphs.Vocabulary)], 0))];
            var (expected, actual) = (atOnce.ScoreCausal(texts, workspace), pieces.ScoreCausal(texts, workspace));
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.Same(texts[i], actual[i].Request);
                Assert.Equal(texts[i].Ids[1..], actual[i].Texts[0].Tokens);
                AssertClose(expected[i].Texts[0].LogProbabilities, actual[i].Texts[0].LogProbabilities, 1e-5f);
            }
        }
    }

    [Fact]
    public void A_real_model_scores_piece_by_piece_as_at_once()
    {
        string folder = Assets.Model("stories260k-llama");
        var config = ModelConfig.Read(folder);
        using var decoder = new DecoderGraph(new GenerationFiles(null, GenerationTesting.Graph(Path.Combine(folder, "onnx", "model.onnx")), null), config.CacheHeads, config.HeadSize);
        Assert.True(DecoderProbe.TakesLongSteps(decoder));
        using var workspace = new StepWorkspace();
        using var call = new GenerationCall(new GenerationSettings(), isEncoderDecoder: false, 1, TestContext.Current.CancellationToken) { Scoring = TextScoring.Causal };
        var text = new GenerationRequest(call, 0, [1, .. Enumerable.Range(0, 200).Select(t => 3 + (t * t * 7 + 11 * t) % 500)], 0);
        var expected = Assert.Single(new ScoreRunner(decoder, 512, int.MaxValue, inPieces: true).ScoreCausal([text], workspace));
        var actual = Assert.Single(new ScoreRunner(decoder, 512, 48, inPieces: true).ScoreCausal([text], workspace));
        AssertClose(expected.Texts[0].LogProbabilities, actual.Texts[0].LogProbabilities, 1e-3f);
    }

    [Fact]
    public async Task A_masked_model_scores_each_token_with_that_token_hidden()
    {
        // Sees only the token itself: hidden, each scores as the mask's row says.
        float[][] table = TinyGraphs.Table(5, 5, 4);
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Bigrams(table));
        var result = (await engine.RunAsync(new GenerationSettings(), [[0, 2, 3, 1]], new TextScoring(true, 4, new HashSet<int> { 0, 1 })))[0].Texts[0];
        Assert.Equal([2, 3], result.Tokens);
        double sum = Math.Log(table[4].Sum(x => Math.Exp(x)));
        Assert.Equal(table[4][2] - sum, result.LogProbabilities[0], 1e-5);
        Assert.Equal(table[4][3] - sum, result.LogProbabilities[1], 1e-5);
    }

    [Fact]
    public async Task A_text_of_one_token_has_nothing_to_be_scored_by()
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Bigrams(TinyGraphs.Table(5, 5, 4)));
        var results = await engine.RunAsync(new GenerationSettings(), [[1], [1, 2]], TextScoring.Causal);
        Assert.Equal("empty_text", results[0].ErrorCode);
        Assert.Null(results[1].ErrorCode);
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int t = 0; t < expected.Length; t++) Assert.Equal(expected[t], actual[t], tolerance);
    }
}
