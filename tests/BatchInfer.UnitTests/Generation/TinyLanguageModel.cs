using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>The graphs of <see cref="TinyGraphs"/> as models that run.</summary>
internal sealed class TinyLanguageModel : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("batchinfer-").FullName;

    /// <summary>A decoder: with cache inputs, or one that must see the whole text at each step.</summary>
    public GenerationFiles Decoder(bool cache) => new(null, Write(cache ? "cached" : "whole", TinyGraphs.Decoder(cache, source: false)), null);

    /// <summary>An encoder and a decoder: one graph without a cache, or two of which the second takes it.</summary>
    public GenerationFiles EncoderDecoder(bool cache) => new(
        Write("encoder", TinyGraphs.Encoder()),
        Write("first", TinyGraphs.Decoder(cache: false, source: true, present: cache)),
        cache ? Write("next", TinyGraphs.Decoder(cache: true, source: true)) : null);

    public GenerationFiles Bigrams(float[][] table) => new(null, Write("bigrams", TinyGraphs.Bigrams(table)), null);

    public GenerationFiles Recurrent() => new(null, Write("recurrent", TinyGraphs.Recurrent()), null);

    public GenerationFiles HalfDecoder(bool stored) => new(null, Write(stored ? "half" : "single", TinyGraphs.HalfDecoder(stored)), null);

    public GenerationFiles Write(TestGraph graph) => new(null, Write("other", graph.ToModel()), null);

    public GenerationEngine Load(GenerationFiles files, InferenceOptions? options = null, int contextLength = 64) =>
        new(Path.GetFileName(_folder), files, GenerationTesting.Config(contextLength), options ?? new InferenceOptions { ParallelRuns = 2 });

    /// <summary>Prompts of 1 to 9 tokens.</summary>
    public static int[][] Prompts(int count) =>
        [.. Enumerable.Range(0, count).Select(n => Enumerable.Range(0, 1 + n * 7 % 9).Select(t => (n * 5 + t * t * 3 + 1) % TinyGraphs.Vocabulary).ToArray())];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ModelGraph Write(string name, byte[] graph)
    {
        string path = Path.Combine(_folder, name + ".onnx");
        File.WriteAllBytes(path, graph);
        return GenerationTesting.Graph(path);
    }
}
