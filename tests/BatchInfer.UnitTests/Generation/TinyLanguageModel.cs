using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>
/// Language models of a few numbers. What comes next depends on all tokens before, weighted by nothing but their sum, so that a
/// cache that loses, doubles or swaps a token or a row shows in the logits.
/// </summary>
internal sealed class TinyLanguageModel : IDisposable
{
    public const int Vocabulary = 12, Width = 6;
    private readonly string _folder = Directory.CreateTempSubdirectory("batchinfer-").FullName;

    /// <summary>A decoder: with cache inputs, or one that must see the whole text at each step.</summary>
    public GenerationFiles Decoder(bool cache) => new(null, Write(cache ? "cached" : "whole", Decoder(cache, source: false)), null);

    /// <summary>An encoder and a decoder: one graph without a cache, or two of which the second takes it.</summary>
    public GenerationFiles EncoderDecoder(bool cache) => new(
        Write("encoder", new TestGraph()
            .Initializer("table", Table(Vocabulary, Width, 3))
            .Node("Gather", ["table", "input_ids"], "states")
            .Node("Cast", ["attention_mask"], "mask", ("to", [TestGraph.Float])).ListInitializer("two", 2)
            .Node("Unsqueeze", ["mask", "two"], "column")
            .Node("Mul", ["states", "column"], "last_hidden_state")
            .Input("input_ids").Input("attention_mask")
            .Output("last_hidden_state", -1, -1, Width)),
        Write("first", Decoder(cache: false, source: true, present: cache)),
        cache ? Write("next", Decoder(cache: true, source: true)) : null);

    /// <summary>What comes next depends on the last token only: row t of the table are the logits after token t.</summary>
    public GenerationFiles Bigrams(float[][] table) => new(null, Write("bigrams", new TestGraph()
        .Initializer("table", table).Node("Gather", ["table", "input_ids"], "logits")
        .Input("input_ids").Output("logits", -1, -1, table[0].Length)), null);

    /// <summary>A recurrent network.</summary>
    public GenerationFiles Recurrent() => new(null, Write("recurrent", new TestGraph()
        .Initializer("table", Table(Vocabulary, Width, 1))
        .Initializer("w", [.. Table(Width, Width, 5).SelectMany(r => r)], 1, Width, Width)
        .Initializer("r", [.. Table(Width, Width, 7).SelectMany(r => r)], 1, Width, Width)
        .Initializer("head", Table(Width, Vocabulary, 2))
        .ListInitializer("one", 1)
        .Node("Gather", ["table", "input_ids"], "x")
        .Node("Transpose", ["x"], "steps", ("perm", [1, 0, 2]))
        .Node("RNN", ["steps", "w", "r"], "y", ("hidden_size", [Width]))
        .Node("Squeeze", ["y", "one"], "h")
        .Node("Transpose", ["h"], "states", ("perm", [1, 0, 2]))
        .Node("MatMul", ["states", "head"], "logits")
        .Input("input_ids").Output("logits", -1, -1, Vocabulary)), null);

    public GenerationEngine Load(GenerationFiles files, InferenceOptions? options = null) =>
        new(Path.GetFileName(_folder), files, new ModelConfig("config.json", "TinyForCausalLM", null, false, 64, 0, "mean"), options ?? new InferenceOptions { ParallelRuns = 2 });

    /// <summary>Numbers in [−1, 1] that look random and are always the same.</summary>
    public static float[][] Table(int rows, int width, int seed) =>
        [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, width).Select(i => (float)Math.Sin(r * 12.9898 + i * 78.233 + seed * 37.719) * 43.7f % 1f).ToArray())];

    /// <summary>Prompts of 1 to 9 tokens.</summary>
    public static int[][] Prompts(int count) =>
        [.. Enumerable.Range(0, count).Select(n => Enumerable.Range(0, 1 + n * 7 % 9).Select(t => (n * 5 + t * t * 3 + 1) % Vocabulary).ToArray())];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TestGraph Decoder(bool cache, bool source, bool present = false)
    {
        var graph = new TestGraph()
            .Initializer("table", Table(Vocabulary, Width, 1)).Initializer("head", Table(Width, Vocabulary, 2))
            .ListInitializer("one", 1).ListInitializer("two", 2).ListInitializer("end", int.MaxValue).ScalarInitializer("axis", 2)
            .Node("Gather", ["table", "input_ids"], "x").Node("Unsqueeze", ["x", "one"], "new");
        string self = source ? "past_key_values.0.decoder" : "past_key_values.0", grown = source ? "present.0.decoder" : "present.0";
        if (cache)
            graph.FloatInput(self + ".key", -1, 1, -1, Width).Node("Concat", [self + ".key", "new"], grown + ".key", 2)
                .Node("Shape", [self + ".key"], "shape").Node("Gather", ["shape", "two"], "start").Output(grown + ".key", -1, 1, -1, Width);
        else if (present)
            graph.Node("Identity", ["new"], grown + ".key").ListInitializer("start", 0).Output(grown + ".key", -1, 1, -1, Width);
        else
            graph.Node("Identity", ["new"], grown + ".key").ListInitializer("start", 0);
        graph.Node("CumSum", [grown + ".key", "axis"], "sums").Node("Slice", ["sums", "start", "end", "two"], "own").Node("Squeeze", ["own", "one"], "mine");
        if (source) AddSource(graph, cache, present);
        return graph.Node("Tanh", [source ? "both" : "mine"], "h").Node("MatMul", ["h", "head"], "logits").Input("input_ids").Output("logits", -1, -1, Vocabulary);
    }

    private static void AddSource(TestGraph graph, bool cache, bool present)
    {
        string states = "encoder_hidden_states";
        if (cache) graph.FloatInput("past_key_values.0.encoder.key", -1, 1, -1, Width).Node("Squeeze", ["past_key_values.0.encoder.key", "one"], states = "states");
        else graph.FloatInput(states, -1, -1, Width);
        if (present) graph.Node("Unsqueeze", [states, "one"], "present.0.encoder.key").Output("present.0.encoder.key", -1, 1, -1, Width);
        graph.Input("encoder_attention_mask").Node("ReduceSum", [states, "one"], "sum", ("keepdims", [1])).Node("Add", ["mine", "sum"], "both");
    }

    private ModelGraph Write(string name, TestGraph graph)
    {
        string path = Path.Combine(_folder, name + ".onnx");
        File.WriteAllBytes(path, graph.ToModel());
        return GenerationTesting.Graph(path);
    }
}
