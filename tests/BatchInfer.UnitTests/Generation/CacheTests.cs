using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>A cache changes the work and not the text, whatever rows come, leave and meet.</summary>
public sealed class CacheTests
{
    private static readonly GenerationSettings Greedy = new() { MaxNewTokens = 20, EosTokens = [3] };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cache_gives_the_texts_that_are_written_without(bool encoder)
    {
        using var model = new TinyLanguageModel();
        using var cached = model.Load(encoder ? model.EncoderDecoder(true) : model.Decoder(true));
        using var whole = model.Load(encoder ? model.EncoderDecoder(false) : model.Decoder(false));
        var prompts = TinyLanguageModel.Prompts(100);
        var expected = await whole.RunAsync(Greedy, prompts);
        var actual = await cached.RunAsync(Greedy, prompts);
        AssertEqual(expected, actual);
        // The test would show nothing if all texts ended at once, or none did.
        Assert.InRange(expected.Select(r => r.Texts[0].Tokens.Length).Distinct().Count(), 3, 20);
    }

    [Fact]
    public async Task Texts_are_those_of_a_loop_written_by_hand()
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Decoder(true));
        var prompts = TinyLanguageModel.Prompts(30);
        var results = await engine.RunAsync(Greedy, prompts);
        for (int i = 0; i < prompts.Length; i++) Assert.Equal(ByHand(prompts[i]), results[i].Texts[0].Tokens);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    [InlineData(true, 4)]
    public async Task Sampled_and_beamed_texts_do_not_depend_on_the_batch(bool beams, int parallelRuns)
    {
        var settings = beams
            ? Greedy with { NumBeams = 4, NumReturnSequences = 2 }
            : Greedy with { DoSample = true, Temperature = 1.5, NumReturnSequences = 3, Seed = 7 };
        using var model = new TinyLanguageModel();
        using var alone = model.Load(model.Decoder(true), new InferenceOptions { ParallelRuns = 1, MaxBatchTokens = 1, MaxStepTokens = 1 });
        using var together = model.Load(model.Decoder(true), new InferenceOptions { ParallelRuns = parallelRuns });
        using var whole = model.Load(model.Decoder(false), new InferenceOptions { ParallelRuns = parallelRuns, MaxStepTokens = 64 });
        var prompts = TinyLanguageModel.Prompts(64);
        var expected = await alone.RunAsync(settings, prompts);
        AssertEqual(expected, await together.RunAsync(settings, prompts));
        AssertEqual(expected, await whole.RunAsync(settings, prompts));
        var backwards = await together.RunAsync(settings, [.. prompts.Reverse()]);
        AssertEqual(expected, [.. backwards.Reverse()]);
    }

    [Fact]
    public async Task A_small_cache_slows_the_rows_and_changes_none()
    {
        using var model = new TinyLanguageModel();
        using var roomy = model.Load(model.Decoder(true));
        // Two rows at most, of 64 bytes a token.
        using var tight = model.Load(model.Decoder(true), new InferenceOptions { ParallelRuns = 2, MaxCacheBytes = 64 * 60 });
        var prompts = TinyLanguageModel.Prompts(50);
        AssertEqual(await roomy.RunAsync(Greedy, prompts), await tight.RunAsync(Greedy, prompts));
    }

    [Fact]
    public async Task Calls_with_other_parameters_share_steps_and_keep_apart()
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Decoder(true));
        var prompts = TinyLanguageModel.Prompts(60);
        var sampled = Greedy with { DoSample = true, NumReturnSequences = 2 };
        var (first, second) = (await engine.RunAsync(Greedy, prompts), await engine.RunAsync(sampled, prompts));
        var both = await Task.WhenAll(engine.RunAsync(Greedy, prompts), engine.RunAsync(sampled, prompts));
        AssertEqual(first, both[0]);
        AssertEqual(second, both[1]);
    }

    [Fact]
    public async Task Beginnings_that_prompts_share_are_read_once_and_change_no_number()
    {
        using var model = new TinyLanguageModel();
        using var whole = model.Load(model.Decoder(false), contextLength: 512);
        using var sharing = model.Load(model.Decoder(true), contextLength: 512);
        using var alone = model.Load(model.Decoder(true), new InferenceOptions { ParallelRuns = 1, MaxBatchTokens = 1, MaxStepTokens = 1 }, contextLength: 512);
        // Instructions of 150 tokens, of which whole pieces are shared; and prompts of others, long ones among them.
        int[] instructions = [.. Enumerable.Range(0, 150).Select(t => (t * t + 3 * t) % TinyGraphs.Vocabulary)];
        int[][] prompts = [.. TinyLanguageModel.Prompts(40).Select(p => (int[])[.. instructions, .. p]), .. TinyLanguageModel.Prompts(20), [.. instructions.Reverse(), 1, 2]];
        var expected = await whole.RunAsync(Greedy, prompts);
        var actual = await sharing.RunAsync(Greedy, prompts);
        AssertEqual(expected, actual);
        Assert.True(sharing.PromptTokensReused >= 20 * 128, $"{sharing.PromptTokensReused} tokens");
        var single = await alone.RunAsync(Greedy, prompts);
        for (int i = 0; i < prompts.Length; i++) Assert.Equal(single[i].Texts[0].LogProbabilities, actual[i].Texts[0].LogProbabilities);
        // What was kept stands in again.
        AssertEqual(expected, await sharing.RunAsync(Greedy, prompts));
    }

    [Fact]
    public async Task Prompts_too_long_to_start_together_share_their_beginning_too()
    {
        using var model = new TinyLanguageModel();
        using var whole = model.Load(model.Decoder(false), contextLength: 512);
        using var sharing = model.Load(model.Decoder(true), new InferenceOptions { ParallelRuns = 1, MaxBatchTokens = 512 }, contextLength: 512);
        int[] instructions = [.. Enumerable.Range(0, 300).Select(t => (t * t + 3 * t) % TinyGraphs.Vocabulary)];
        int[][] prompts = [.. TinyLanguageModel.Prompts(40).Select(p => (int[])[.. instructions, .. p])];
        var expected = await whole.RunAsync(Greedy, prompts);
        AssertEqual(expected, await sharing.RunAsync(Greedy, prompts));
        long tokens = prompts.Sum(p => (long)p.Length);
        // Whole of the first, and of the second what the cache did not have yet; then less than a piece, and what is each prompt's own.
        Assert.True(sharing.PromptTokensRead < tokens / 3, $"{sharing.PromptTokensRead} of {tokens} tokens were read");
    }

    private static void AssertEqual(GenerationResult[] expected, GenerationResult[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Null(expected[i].ErrorMessage);
            Assert.Equal(expected[i].Texts.Select(t => t.Tokens), actual[i].Texts.Select(t => t.Tokens));
            Assert.Equal(expected[i].Texts.Select(t => t.FinishReason), actual[i].Texts.Select(t => t.FinishReason));
            foreach (var (e, a) in expected[i].Texts.Zip(actual[i].Texts))
                for (int t = 0; t < e.LogProbabilities.Length; t++) Assert.Equal(e.LogProbabilities[t], a.LogProbabilities[t], 1e-4f);
        }
    }

    private static List<int> ByHand(int[] prompt)
    {
        var (table, head) = (TinyGraphs.Table(TinyGraphs.Vocabulary, TinyGraphs.Width, 1), TinyGraphs.Table(TinyGraphs.Width, TinyGraphs.Vocabulary, 2));
        var written = new List<int>();
        var sum = new double[TinyGraphs.Width];
        foreach (int token in prompt) Add(token);
        while (written.Count < 20 && (written.Count == 0 || written[^1] != 3))
        {
            int best = Enumerable.Range(0, TinyGraphs.Vocabulary).MaxBy(v => sum.Select((s, i) => Math.Tanh(s) * head[i][v]).Sum());
            written.Add(best);
            Add(best);
        }

        return written;

        void Add(int token)
        {
            for (int i = 0; i < sum.Length; i++) sum[i] += table[token][i];
        }
    }
}
