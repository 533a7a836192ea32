using System.Diagnostics;
using BatchInfer.Inference;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>
/// What this machine can do at most: a bare loop over ONNX Runtime on batches tokenised, packed and laid out in memory
/// beforehand, all texts sorted at once, results thrown away. Budget and memory arena are the best ones measured.
/// </summary>
internal sealed class Ceiling : IDisposable
{
    private const int Probe = 512;
    private readonly OnnxGraphInfo _graph;
    private readonly string _output;
    private readonly int _threads;
    private readonly InferenceSession _session;
    private readonly double _speed;
    private List<PackedBatch> _batches = [];
    private readonly List<TokenizedText> _rows;
    private readonly int _budget;

    public Ceiling(ModelPackage package, IReadOnlyList<string> texts, int threads)
    {
        (_graph, _threads) = (package.Graph, threads);
        _output = package.Outputs[0].Output.Name;
        var rows = Tokenize(package, texts);
        int[] budgets = _graph.IsDynamicallyQuantized ? [1] : [1, 256, 512, 1024, 2048];
        var sample = rows.Where((_, i) => i % Math.Max(1, rows.Count / Probe) == 0).OrderByDescending(r => r.Ids.Length).ToList();
        (double best, bool arena, int budget) = (0, false, budgets[0]);
        foreach (bool withArena in (bool[])[false, true])
        {
            using var session = Open(package, withArena);
            foreach (int tokens in budgets)
            {
                var batches = Pack(sample, tokens);
                Run(session, batches);
                double speed = sample.Count / Run(session, batches);
                batches.ForEach(b => b.Dispose());
                if (speed > best) (best, arena, budget) = (speed, withArena, tokens);
            }
        }

        (_rows, _budget, _speed) = (rows, budget, best);
        Choice = $"{(budget == 1 ? "one row" : $"{budget} tokens")} a run, {threads} runs side by side, arena {(arena ? "on" : "off")}";
        _session = Open(package, arena);
    }

    /// <summary>Lays out batches of the first texts.</summary>
    /// <param name="records">Texts; 0: as many as take <paramref name="seconds"/> or so.</param>
    /// <param name="seconds">How long.</param>
    public void Prepare(int records, int seconds)
    {
        if (records == 0) records = (int)(_speed * seconds);
        var rows = _rows.Take(records).OrderByDescending(r => r.Ids.Length).ToList();
        _batches = Pack(rows, _budget);
        Records = rows.Count;
        Tokens = rows.Sum(r => (long)r.Ids.Length);
        PaddedTokens = _batches.Sum(b => b.PaddedTokens);
    }

    /// <summary>The layout that was fastest.</summary>
    public string Choice { get; }

    public int Records { get; private set; }

    public long Tokens { get; private set; }

    public long PaddedTokens { get; private set; }

    public Measurement Measure() => new("ceiling: bare ONNX Runtime", Records, Run(_session, _batches), Tokens, PaddedTokens);

    public void Dispose()
    {
        _batches.ForEach(b => b.Dispose());
        _session.Dispose();
    }

    private static List<TokenizedText> Tokenize(ModelPackage package, IReadOnlyList<string> texts)
    {
        var rows = new List<TokenizedText>(texts.Count);
        using var encoder = TextTokenizer.Load(package.Directory).CreateEncoder();
        using var tokens = new TokenBuffer();
        var options = new EncodeOptions(package.Descriptor.ContextLength);
        foreach (string text in texts)
        {
            tokens.Clear();
            encoder.Encode(new TextInput(text, null), options, tokens);
            rows.Add(new TokenizedText(tokens.Ids.ToArray(), tokens.TypeIds.ToArray()));
        }

        return rows;
    }

    private static InferenceSession Open(ModelPackage package, bool arena)
    {
        using var options = ExecutionProvider.CreateOptions();
        options.EnableCpuMemArena = arena;
        return new InferenceSession(package.GraphPath, options);
    }

    private List<PackedBatch> Pack(List<TokenizedText> rows, int budget)
    {
        var batches = new List<PackedBatch>();
        for (int start = 0, end = 0; start < rows.Count; start = end)
        {
            do end++;
            while (end < rows.Count && (long)(end - start + 1) * rows[start].Ids.Length <= budget);
            batches.Add(new PackedBatch(_graph.Inputs, rows[start..end]));
        }

        return batches;
    }

    private double Run(InferenceSession session, List<PackedBatch> batches)
    {
        int next = -1;
        long started = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, _threads).Select(_ => new Thread(Loop)).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return Stopwatch.GetElapsedTime(started).TotalSeconds;

        void Loop()
        {
            using var options = new RunOptions();
            for (int i; (i = Interlocked.Increment(ref next)) < batches.Count;)
                session.Run(options, batches[i].Names, batches[i].Values, [_output]).Dispose();
        }
    }
}
