using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.UnitTests.Generation;

/// <summary>
/// A decoder without any cache, beside an encoder whose mask it takes as floats: each step is given the whole text. The reference
/// is the loop written out over bare sessions, one text at a time.
/// </summary>
public sealed class VespaLayoutTests
{
    private const int Start = 1, MaxNewTokens = 12;
    private static readonly int[] End = [2];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Texts_are_token_equal_to_the_bare_loop(int parallelRuns)
    {
        var files = Files(Assets.Model("layout-vespa"));
        int[][] sources = [.. Enumerable.Range(0, 40).Select(n => Enumerable.Range(0, 1 + n % 13).Select(t => 3 + (n * 7919 + t * 104729) % 9000).ToArray())];
        using var engine = new GenerationEngine("vespa", files, GenerationTesting.Config(64), new InferenceOptions { ParallelRuns = parallelRuns });
        var results = await engine.RunAsync(new GenerationSettings { MaxNewTokens = MaxNewTokens, EosTokens = End, DecoderStartToken = Start }, sources);
        using InferenceSession encoder = new(files.Encoder!.Path), decoder = new(files.Decoder.Path);
        for (int i = 0; i < sources.Length; i++)
        {
            Assert.Null(results[i].ErrorMessage);
            var (tokens, logProbabilities) = ByBareLoop(encoder, decoder, sources[i]);
            Assert.Equal(tokens, results[i].Texts[0].Tokens);
            Assert.All(logProbabilities.Zip(results[i].Texts[0].LogProbabilities), p => Assert.Equal(p.First, p.Second, 1e-4f));
        }

        Assert.True(results.Select(r => string.Join(' ', r.Texts[0].Tokens)).Distinct().Count() > 1, "all texts are the same: the sources do not matter");
    }

    [Fact]
    public async Task A_folder_of_it_is_a_model_that_translates()
    {
        var files = Files(Assets.Model("layout-vespa"));
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["onnx"]);
        File.Copy(files.Encoder!.Path, folder["onnx/encoder_model.onnx"]);
        File.Copy(files.Decoder.Path, folder["onnx/decoder_model.onnx"]);
        folder.File("config.json", """{"architectures":["T5ForConditionalGeneration"],"is_encoder_decoder":true,"max_position_embeddings":64,"vocab_size":10000,"pad_token_id":0}""");
        folder.File("generation_config.json", $$"""{"decoder_start_token_id":{{Start}},"eos_token_id":{{End[0]}},"max_new_tokens":{{MaxNewTokens}}}""");
        var vocabulary = new JsonObject(Enumerable.Range(0, 10000).Select(id => KeyValuePair.Create(id < 3 ? $"<{id}>" : $"w{id}", (JsonNode?)id)));
        folder.File("tokenizer.json", new JsonObject
        {
            ["pre_tokenizer"] = new JsonObject { ["type"] = "WhitespaceSplit" },
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["unk_token"] = "<0>", ["vocab"] = vocabulary },
        }.ToJsonString());
        using var engine = InferenceEngine.Load(Assert.Single(ModelPackage.Read("vespa", folder.Path)), new InferenceOptions { ParallelRuns = 2 });
        int[][] sources = [[17, 4000], [5, 6, 7, 8, 9, 10, 11, 12, 13], [9999]];
        var rows = await engine.RunAsync("{}", [.. sources.Select(s => string.Join(' ', s.Select(id => $"w{id}")))]);
        using InferenceSession encoder = new(files.Encoder.Path), decoder = new(files.Decoder.Path);
        for (int i = 0; i < rows.Length; i++)
        {
            var (tokens, _) = ByBareLoop(encoder, decoder, sources[i]);
            Assert.Equal(string.Join(' ', tokens.Select(t => t < 3 ? $"<{t}>" : $"w{t}")), JsonNode.Parse(rows[i].Json!)!["text"]!.GetValue<string>());
        }
    }

    private static GenerationFiles Files(string folder) =>
        new(GenerationTesting.Graph(Path.Combine(folder, "random_encoder.onnx")), GenerationTesting.Graph(Path.Combine(folder, "random_decoder.onnx")), null);

    private static (List<int> Tokens, List<float> LogProbabilities) ByBareLoop(InferenceSession encoder, InferenceSession decoder, int[] source)
    {
        using var options = new RunOptions();
        long[] sourceShape = [1, source.Length];
        using var ids = OrtValue.CreateTensorValueFromMemory(source.Select(t => (long)t).ToArray(), sourceShape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, source.Length).ToArray(), sourceShape);
        using var floatMask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1f, source.Length).ToArray(), sourceShape);
        using var states = encoder.Run(options, ["input_ids", "attention_mask"], [ids, mask], ["last_hidden_state"]);
        List<int> text = [Start], tokens = [];
        List<float> logProbabilities = [];
        while (tokens.Count < MaxNewTokens && (tokens.Count == 0 || tokens[^1] != End[0]))
        {
            using var seen = OrtValue.CreateTensorValueFromMemory(text.Select(t => (long)t).ToArray(), [1, text.Count]);
            using var outputs = decoder.Run(options, ["input_ids", "encoder_attention_mask", "encoder_hidden_states"], [seen, floatMask, states[0]], ["logits"]);
            var logits = outputs[0].GetTensorDataAsSpan<float>()[^10000..];
            int best = TensorPrimitives.IndexOfMax(logits);
            float max = logits[best];
            double sum = 0;
            foreach (float logit in logits) sum += Math.Exp(logit - max);
            tokens.Add(best);
            logProbabilities.Add((float)-Math.Log(sum));
            text.Add(best);
        }

        return (tokens, logProbabilities);
    }
}
