using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Greedy decoding is token-equal to an independent implementation, on real models in each layout of their decoders.</summary>
public sealed class GreedyOracleTests
{
    [Theory]
    [InlineData("misaki-g2p-bart-us", "_merged", "", "misaki-g2p-bart-us-g2p-us-20k", 40)]
    [InlineData("misaki-g2p-bart-us", "+past", "", "misaki-g2p-bart-us-g2p-us-20k", 40)]
    [InlineData("misaki-g2p-bart-us", "", "", "misaki-g2p-bart-us-g2p-us-20k", 40)]
    [InlineData("misaki-g2p-bart-us", "_merged", "_quantized", "misaki-g2p-bart-us.q8-g2p-us-20k", 40)]
    [InlineData("misaki-g2p-bart-gb", "_merged", "", "misaki-g2p-bart-gb-g2p-gb-20k", 40)]
    [InlineData("ct2-aren-transliteration", "_merged", "", "ct2-aren-transliteration-ar2en-names", 40)]
    [InlineData("ct2-aren-transliteration", "+past", "", "ct2-aren-transliteration-ar2en-names", 40)]
    [InlineData("ct2-aren-transliteration", "", "", "ct2-aren-transliteration-ar2en-names", 40)]
    [InlineData("ct2-aren-transliteration", "+past", "_quantized", "ct2-aren-transliteration.q8-ar2en-names", 40)]
    public async Task Encoder_decoder_tokens_are_equal(string model, string layout, string variant, string reference, int maxNewTokens)
    {
        string folder = Path.Combine(Assets.Model(model), "onnx");
        var files = new GenerationFiles(
            GenerationTesting.Graph(Path.Combine(folder, $"encoder_model{variant}.onnx")),
            GenerationTesting.Graph(Path.Combine(folder, layout == "_merged" ? $"decoder_model_merged{variant}.onnx" : $"decoder_model{variant}.onnx")),
            layout == "+past" ? GenerationTesting.Graph(Path.Combine(folder, $"decoder_with_past_model{variant}.onnx")) : null);
        var settings = new GenerationSettings
        {
            MaxNewTokens = maxNewTokens, EosTokens = [2], DecoderStartToken = 1,
            ForcedEosTokens = model.StartsWith("misaki", StringComparison.Ordinal) ? [2] : [],
        };
        var rows = Assets.ReferenceRows(reference);
        using var engine = new GenerationEngine(model, files, ModelConfig.Read(Path.GetDirectoryName(folder)!), new InferenceOptions { ParallelRuns = 2 });
        var results = await engine.RunAsync(settings, [.. rows.Select(r => Ids(r, "input_ids"))]);
        for (int i = 0; i < rows.Count; i++) Assert.Equal(Ids(rows[i], "output_ids")[1..], results[i].Texts[0].Tokens);
    }

    [Theory]
    [InlineData("stories260k-llama", "model.onnx", "stories260k-llama-story-prompts", 48, 1, 2)]
    [InlineData("stories260k-llama", "model_quantized.onnx", "stories260k-llama.q8-story-prompts", 48, 1, 2)]
    [InlineData("capp-gpt2", "model.onnx", "capp-gpt2-capp-parts", 24, 51)]
    public async Task Decoder_only_tokens_are_equal(string model, string graph, string reference, int maxNewTokens, params int[] eos)
    {
        string folder = Assets.Model(model);
        var rows = Assets.ReferenceRows(reference);
        var files = new GenerationFiles(null, GenerationTesting.Graph(Path.Combine(folder, "onnx", graph)), null);
        using var engine = new GenerationEngine(model, files, ModelConfig.Read(folder), new InferenceOptions { ParallelRuns = 2 });
        var results = await engine.RunAsync(new GenerationSettings { MaxNewTokens = maxNewTokens, EosTokens = eos }, [.. rows.Select(r => Ids(r, "input_ids"))]);
        for (int i = 0; i < rows.Count; i++) Assert.Equal(Ids(rows[i], "output_ids"), results[i].Texts[0].Tokens);
    }

    [Theory]
    [InlineData("misaki-g2p-bart-us", "misaki-g2p-bart-us-g2p-us-20k", 1)]
    [InlineData("ct2-aren-transliteration", "ct2-aren-transliteration-ar2en-names", 4)]
    [InlineData("stories260k-llama", "stories260k-llama-story-prompts", 4)]
    [InlineData("capp-gpt2", "capp-gpt2-capp-parts", 1)]
    public async Task A_text_and_its_log_probabilities_are_bit_equal_whatever_it_is_written_with(string model, string reference, int parallelRuns)
    {
        string folder = Assets.Model(model);
        var files = GenerationFolder.Find(folder).TryGetValue("", out var paths)
            ? paths.Read()
            : new GenerationFiles(null, GenerationTesting.Graph(Path.Combine(folder, "onnx", "model.onnx")), null);
        var config = ModelConfig.Read(folder);
        int[][] prompts = [.. Assets.ReferenceRows(reference).Select(r => Ids(r, "input_ids")).Take(80)];
        foreach (var settings in (GenerationSettings[])
            [new() { DecoderStartToken = 1, EosTokens = [2, 51] }, new() { DecoderStartToken = 1, EosTokens = [2, 51], DoSample = true, NumReturnSequences = 2 },
             new() { DecoderStartToken = 1, EosTokens = [2, 51], NumBeams = 3 }])
        {
            var shortSettings = settings with { MaxNewTokens = 24 };
            GenerationResult[]? expected = null;
            foreach (int batch in (int[])[1, 8, 64])
            {
                // So many rows of about fifty tokens.
                using var engine = new GenerationEngine(model, files, config, new InferenceOptions { ParallelRuns = parallelRuns, MaxBatchTokens = batch == 1 ? 1 : batch * 20, MaxStepTokens = batch == 1 ? 1 : batch * 60 });
                var results = await engine.RunAsync(shortSettings, prompts);
                expected ??= results;
                for (int i = 0; i < prompts.Length; i++)
                {
                    Assert.Equal(expected[i].Texts.Select(t => t.Tokens), results[i].Texts.Select(t => t.Tokens));
                    Assert.Equal(expected[i].Texts.Select(t => t.LogProbabilities), results[i].Texts.Select(t => t.LogProbabilities));
                }
            }
        }
    }

    [Fact]
    public async Task A_stacked_cache_beside_int32_inputs_writes_what_the_whole_text_says()
    {
        string graph = Path.Combine(Assets.Model("layout-genai-tiny-random-gpt2"), "past.onnx");
        var config = GenerationTesting.Config(512);
        using var engine = new GenerationEngine("genai", new GenerationFiles(null, GenerationTesting.Graph(graph), null), config, new InferenceOptions { ParallelRuns = 2 });
        int[][] prompts = [.. Enumerable.Range(1, 30).Select(n => Enumerable.Range(0, n).Select(t => (t * 37 + n * 11) % 1000).ToArray())];
        var written = await engine.RunAsync(new GenerationSettings { MaxNewTokens = 20 }, prompts);
        var whole = await engine.RunAsync(new GenerationSettings(), [.. prompts.Zip(written, (p, w) => (int[])[.. p, .. w.Texts[0].Tokens])], TextScoring.Causal);
        for (int i = 0; i < prompts.Length; i++)
            Assert.All(written[i].Texts[0].LogProbabilities.Zip(whole[i].Texts[0].LogProbabilities[(prompts[i].Length - 1)..]), p => Assert.Equal(p.First, p.Second, 1e-4f));
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
}
