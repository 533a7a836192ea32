namespace BatchInfer.Tests;

/// <summary>
/// Graphs of language models of a few numbers. What comes next depends on all tokens before, weighted by nothing but their sum,
/// so that a cache that loses, doubles or swaps a token or a row shows in the logits.
/// </summary>
internal static class TinyGraphs
{
    // As wide as real models are in this: a multiple of a vector's sixteen numbers, whose rest is computed by another formula.
    public const int Vocabulary = 12, Width = 16;

    /// <summary>An encoder whose states are a row of numbers for each token, zeros where the mask is 0.</summary>
    public static byte[] Encoder() => new TestGraph()
        .Initializer("table", Table(Vocabulary, Width, 3))
        .Node("Gather", ["table", "input_ids"], "states")
        .Node("Cast", ["attention_mask"], "mask", ("to", [TestGraph.Float])).ListInitializer("two", 2)
        .Node("Unsqueeze", ["mask", "two"], "column")
        .Node("Mul", ["states", "column"], "last_hidden_state")
        .Input("input_ids").Input("attention_mask")
        .Output("last_hidden_state", -1, -1, Width).ToModel();

    /// <summary>A decoder.</summary>
    /// <param name="cache">Whether it takes the cache of earlier tokens and gives it back grown.</param>
    /// <param name="source">Whether it also looks at the states of an encoder.</param>
    /// <param name="present">Whether it gives a cache, though it takes none: the first of two decoders.</param>
    public static byte[] Decoder(bool cache, bool source, bool present = false) => BuildDecoder(cache, source, present).ToModel();

    /// <summary>A decoder with a cache whose numbers have half precision.</summary>
    /// <param name="stored">Whether it also keeps and gives them so; else in single precision, where they are the same.</param>
    public static byte[] HalfDecoder(bool stored)
    {
        const string Past = "past_key_values.0.key", Present = "present.0.key";
        var graph = new TestGraph()
            .Initializer("table", [.. Table(Vocabulary, Width, 1).Select(row => row.Select(x => (float)(Half)x).ToArray())]).Initializer("head", Table(Width, Vocabulary, 2))
            .ListInitializer("one", 1).ListInitializer("two", 2).ListInitializer("end", int.MaxValue).ScalarInitializer("axis", 2)
            .Node("Gather", ["table", "input_ids"], "x").Node("Unsqueeze", ["x", "one"], "wide")
            .Node("Cast", ["wide"], "new", ("to", [stored ? TestGraph.Half : TestGraph.Float]))
            .Input("input_ids").Input(Past, stored ? TestGraph.Half : TestGraph.Float, -1, 1, -1, Width)
            .Node("Concat", [Past, "new"], Present, 2)
            .Node("Shape", [Past], "shape").Node("Gather", ["shape", "two"], "start")
            .Node("Cast", [Present], "kept", ("to", [TestGraph.Float])).Node("CumSum", ["kept", "axis"], "sums")
            .Node("Slice", ["sums", "start", "end", "two"], "own").Node("Squeeze", ["own", "one"], "mine")
            .Node("Tanh", ["mine"], "h").Node("MatMul", ["h", "head"], "exact").Node("Cast", ["exact"], "logits", ("to", [stored ? TestGraph.Half : TestGraph.Float]));
        return stored
            ? graph.HalfOutput("logits", -1, -1, Vocabulary).HalfOutput(Present, -1, 1, -1, Width).ToModel()
            : graph.Output("logits", -1, -1, Vocabulary).Output(Present, -1, 1, -1, Width).ToModel();
    }

    /// <summary>What comes next depends on the last token only: row t of the table are the logits after token t.</summary>
    public static byte[] Bigrams(float[][] table) => new TestGraph()
        .Initializer("table", table).Node("Gather", ["table", "input_ids"], "logits")
        .Input("input_ids").Output("logits", -1, -1, table[0].Length).ToModel();

    /// <summary>A recurrent network.</summary>
    public static byte[] Recurrent() => new TestGraph()
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
        .Input("input_ids").Output("logits", -1, -1, Vocabulary).ToModel();

    /// <summary>Numbers in [−1, 1] that look random and are always the same.</summary>
    public static float[][] Table(int rows, int width, int seed) =>
        [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, width).Select(i => (float)Math.Sin(r * 12.9898 + i * 78.233 + seed * 37.719) * 43.7f % 1f).ToArray())];

    private static TestGraph BuildDecoder(bool cache, bool source, bool present)
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
        graph.Input("encoder_attention_mask")
            // Not by ReduceSum, which adds in another order when the batch has one row.
            .ScalarInitializer("along", 1).ListInitializer("last", -1)
            .Node("CumSum", [states, "along"], "all").Node("Slice", ["all", "last", "end", "one"], "sum").Node("Add", ["mine", "sum"], "both");
    }
}
