using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

internal static class GenerationTesting
{
    /// <summary>Runs some prompts and returns their results in input order, each exactly once.</summary>
    public static async Task<GenerationResult[]> RunAsync(this GenerationEngine engine, GenerationSettings settings, IReadOnlyList<int[]> prompts, TextScoring? scoring = null)
    {
        var stop = TestContext.Current.CancellationToken;
        using var call = engine.CreateCall(settings, stop, scoring: scoring);
        var results = new GenerationResult?[prompts.Count];
        await foreach (var some in engine.RunAsync(call, prompts.Select((ids, i) => new GenerationRequest(call, i, ids, 0)), stop))
            foreach (var result in some)
            {
                Assert.Null(results[result.Request.Index]);
                results[result.Request.Index] = result;
            }

        return [.. results.Select(r => Assert.NotNull(r))];
    }

    /// <summary>What a model of a graph alone is taken to be.</summary>
    public static ModelConfig Config(int contextLength) =>
        new("config.json", "TinyForCausalLM", null, null, contextLength, 0) { Embedding = EmbeddingDefaults.Read(Path.GetTempPath()) };

    public static ModelGraph Graph(string path) => new(path, OnnxGraphReader.Read(path));
}
