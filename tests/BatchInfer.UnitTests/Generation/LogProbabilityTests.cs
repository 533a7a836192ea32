using BatchInfer.Inference;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.UnitTests.Generation;

/// <summary>
/// Log-probabilities of real models, written with a cache and in batches, beside those that bare sessions give when they read the
/// whole text of one row at once.
/// </summary>
public sealed class LogProbabilityTests
{
    private const int Rows = 60;

    [Theory]
    [InlineData("misaki-g2p-bart-us", "misaki-g2p-bart-us-g2p-us-20k", false)]
    [InlineData("misaki-g2p-bart-us", "misaki-g2p-bart-us-g2p-us-20k", true)]
    [InlineData("ct2-aren-transliteration", "ct2-aren-transliteration-ar2en-names", false)]
    [InlineData("ct2-aren-transliteration", "ct2-aren-transliteration-ar2en-names", true)]
    public async Task Of_an_encoder_and_its_decoder(string model, string reference, bool longSources)
    {
        string folder = Path.Combine(Assets.Model(model), "onnx");
        var files = new GenerationFiles(GenerationTesting.Graph(Path.Combine(folder, "encoder_model.onnx")), GenerationTesting.Graph(Path.Combine(folder, "decoder_model_merged.onnx")), null);
        var settings = new GenerationSettings { MaxNewTokens = 40, EosTokens = [2], DecoderStartToken = 1 };
        using var engine = new GenerationEngine(model, files, ModelConfig.Read(Assets.Model(model)), new InferenceOptions { ParallelRuns = 2 });
        int[][] words = Prompts(reference);
        // Of 33 to 60 tokens: the engine pads such ones, the bare session does not.
        int[][] sources = longSources ? [.. words.Select((_, i) => words[i..].Concat(words).SelectMany(w => w).Take(33 + i % 28).ToArray())] : words;
        var results = await engine.RunAsync(settings, sources);
        using InferenceSession encoder = new(files.Encoder!.Path), decoder = new(Path.Combine(folder, "decoder_model.onnx"));
        for (int i = 0; i < sources.Length; i++)
        {
            using var states = Run(encoder, sources[i], []);
            using var mask = Longs(Enumerable.Repeat(1L, sources[i].Length));
            var written = results[i].Texts[0];
            using var logits = Run(decoder, [1, .. written.Tokens[..^1]], new() { ["encoder_hidden_states"] = states[0], ["encoder_attention_mask"] = mask });
            Check(written, logits[0], first: 0);
        }
    }

    [Theory]
    [InlineData("stories260k-llama", "stories260k-llama-story-prompts", 1, 2)]
    [InlineData("capp-gpt2", "capp-gpt2-capp-parts", 51)]
    public async Task Of_a_decoder(string model, string reference, params int[] eos)
    {
        string graph = Path.Combine(Assets.Model(model), "onnx", "model.onnx");
        using var engine = new GenerationEngine(
            model, new GenerationFiles(null, GenerationTesting.Graph(graph), null), ModelConfig.Read(Assets.Model(model)), new InferenceOptions { ParallelRuns = 2 });
        int[][] prompts = Prompts(reference);
        var results = await engine.RunAsync(new GenerationSettings { MaxNewTokens = 24, EosTokens = eos }, prompts);
        using var decoder = new InferenceSession(graph);
        for (int i = 0; i < prompts.Length; i++)
        {
            var written = results[i].Texts[0];
            using var logits = Run(decoder, [.. prompts[i], .. written.Tokens[..^1]], []);
            Check(written, logits[0], first: prompts[i].Length - 1);
        }
    }

    private static int[][] Prompts(string reference) =>
        [.. Assets.ReferenceRows(reference).Take(Rows).Select(r => r.GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32()).ToArray())];

    /// <summary>Reads one row from its beginning: what a graph keeps between steps is empty.</summary>
    private static IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession graph, int[] tokens, Dictionary<string, OrtValue> given)
    {
        var made = new List<OrtValue>();
        try
        {
            var inputs = graph.InputMetadata.ToDictionary(i => i.Key, i => given.TryGetValue(i.Key, out var value) ? value : Make(i.Key, i.Value.Dimensions));
            using var options = new RunOptions();
            return graph.Run(options, inputs.Keys.ToArray(), inputs.Values.ToArray(), [graph.OutputNames[0]]);
        }
        finally
        {
            made.ForEach(v => v.Dispose());
        }

        OrtValue Make(string name, int[] shape)
        {
            made.Add(name switch
            {
                "input_ids" => Longs(tokens.Select(t => (long)t)),
                "attention_mask" => Longs(tokens.Select(_ => 1L)),
                "position_ids" => Longs(tokens.Select((_, p) => (long)p)),
                _ => OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, shape[1], 0, shape[3]]),
            });
            return made[^1];
        }
    }

    private static OrtValue Longs(IEnumerable<long> values)
    {
        long[] row = [.. values];
        return OrtValue.CreateTensorValueFromMemory(row, [1, row.Length]);
    }

    /// <param name="written">What the engine wrote.</param>
    /// <param name="logits">Of the whole row.</param>
    /// <param name="first">The position that says what the first written token is.</param>
    private static void Check(GeneratedSequence written, OrtValue logits, int first)
    {
        int words = (int)logits.GetTensorTypeAndShape().Shape[^1];
        var all = logits.GetTensorDataAsSpan<float>();
        Assert.NotEmpty(written.Tokens);
        Assert.Equal(written.Tokens.Length, written.LogProbabilities.Length);
        for (int t = 0; t < written.Tokens.Length; t++)
        {
            var position = all.Slice((first + t) * words, words);
            double sum = 0;
            foreach (float logit in position) sum += Math.Exp(logit);
            Assert.Equal(position[written.Tokens[t]] - Math.Log(sum), written.LogProbabilities[t], 1e-3);
        }
    }
}
