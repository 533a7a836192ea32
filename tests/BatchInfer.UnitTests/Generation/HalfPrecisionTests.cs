using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>A decoder whose cache and logits have half precision, beside its twin of the same numbers in single precision.</summary>
public sealed class HalfPrecisionTests
{
    // Of logits below 16, half precision leaves out less than a 256th.
    private const float Tolerance = 0.02f;

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(4, 2, false)]
    [InlineData(1, 3, true)]
    public async Task It_writes_the_texts_of_its_twin(int beams, int texts, bool sample)
    {
        var settings = new GenerationSettings { MaxNewTokens = 12, EosTokens = [3], NumBeams = beams, NumReturnSequences = texts, DoSample = sample, Seed = 5 };
        using var model = new TinyLanguageModel();
        using GenerationEngine half = model.Load(model.HalfDecoder(true), contextLength: 512), single = model.Load(model.HalfDecoder(false), contextLength: 512);
        // Some begin alike and are long: their beginning is kept, and stands in for others.
        int[] instructions = [.. Enumerable.Range(0, 150).Select(t => (t * t + 3 * t) % TinyGraphs.Vocabulary)];
        int[][] prompts = [.. TinyLanguageModel.Prompts(40), .. TinyLanguageModel.Prompts(20).Select(p => (int[])[.. instructions, .. p])];
        var (expected, actual) = (await single.RunAsync(settings, prompts), await half.RunAsync(settings, prompts));
        Assert.True(half.PromptTokensReused > 0);
        int same = 0, all = 0;
        for (int i = 0; i < prompts.Length; i++)
            foreach (var (e, a) in expected[i].Texts.Zip(actual[i].Texts))
            {
                all++;
                // Rounded, the likelier of two tokens may be the other one.
                int alike = e.Tokens.AsSpan().CommonPrefixLength(a.Tokens);
                if (alike == e.Tokens.Length && alike == a.Tokens.Length) same++;
                for (int t = 0; t < alike; t++) Assert.Equal(e.LogProbabilities[t], a.LogProbabilities[t], Tolerance);
            }

        Assert.InRange(same, all * 9 / 10, all);
    }

    [Fact]
    public async Task It_scores_texts_as_its_twin()
    {
        using var model = new TinyLanguageModel();
        using GenerationEngine half = model.Load(model.HalfDecoder(true)), single = model.Load(model.HalfDecoder(false));
        int[][] texts = [.. TinyLanguageModel.Prompts(30).Where(p => p.Length > 1)];
        var expected = await single.RunAsync(new GenerationSettings(), texts, TextScoring.Causal);
        var actual = await half.RunAsync(new GenerationSettings(), texts, TextScoring.Causal);
        for (int i = 0; i < texts.Length; i++)
            for (int t = 0; t + 1 < texts[i].Length; t++)
                Assert.Equal(expected[i].Texts[0].LogProbabilities[t], actual[i].Texts[0].LogProbabilities[t], Tolerance);
    }
}
