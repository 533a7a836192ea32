using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Beam search against all texts there are, on a model of a table of bigrams.</summary>
public sealed class BeamSearchTests
{
    private const int Eos = 0, Steps = 5;
    private static readonly float[][] Bigrams = [.. TinyGraphs.Table(5, 5, 11).Select(r => r.Select(x => 2 * x).ToArray())];

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.0)]
    [InlineData(2.5)]
    [InlineData(-1.0)]
    public async Task A_beam_as_wide_as_all_texts_finds_the_best(double lengthPenalty)
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Bigrams(Bigrams));
        // As many beams as there are texts of four tokens that go on: nothing is ever given up.
        var settings = new GenerationSettings
        {
            MaxNewTokens = Steps, EosTokens = [Eos], NumBeams = 256, NumReturnSequences = 5, LengthPenalty = lengthPenalty, EarlyStopping = EarlyStopping.Never,
        };
        for (int first = 1; first < 5; first++)
        {
            var best = All(first).Select(t => (Tokens: t, Score: LogProbability(first, t) / Math.Pow(t.Length, lengthPenalty))).OrderByDescending(t => t.Score).Take(5).ToList();
            var texts = (await engine.RunAsync(settings, [[first]]))[0].Texts;
            for (int i = 0; i < best.Count; i++)
            {
                Assert.Equal(best[i].Score, LogProbability(first, texts[i].Tokens) / Math.Pow(texts[i].Tokens.Length, lengthPenalty), 1e-4);
                Assert.Equal(LogProbability(first, texts[i].Tokens), texts[i].LogProbabilities.Sum(), 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(2, 1.0, false)]
    [InlineData(3, 0.5, false)]
    [InlineData(3, 2.0, true)]
    public async Task A_narrow_beam_is_that_of_the_textbook(int beams, double lengthPenalty, bool stopAtFirst)
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Bigrams(Bigrams));
        var settings = new GenerationSettings
        {
            MaxNewTokens = Steps, EosTokens = [Eos], NumBeams = beams, NumReturnSequences = beams, LengthPenalty = lengthPenalty,
            EarlyStopping = stopAtFirst ? EarlyStopping.FirstFinished : EarlyStopping.Heuristic,
        };
        int[][] prompts = [[1], [2], [3], [4], [1, 2], [2, 3, 4]];
        var results = await engine.RunAsync(settings, prompts);
        for (int i = 0; i < prompts.Length; i++)
            Assert.Equal(Textbook(prompts[i][^1], beams, lengthPenalty, stopAtFirst), results[i].Texts.Select(t => string.Join(' ', t.Tokens)));
    }

    private static List<string> Textbook(int first, int beams, double lengthPenalty, bool stopAtFirst)
    {
        var running = new List<(int[] Tokens, double Score)> { ([], 0) };
        var done = new List<(int[] Tokens, double Score)>();
        for (int length = 1; length <= Steps; length++)
        {
            var next = running.SelectMany(b => Enumerable.Range(0, 5).Select(t => (Tokens: (int[])[.. b.Tokens, t], Score: b.Score + Step(b.Tokens.Length > 0 ? b.Tokens[^1] : first, t))))
                .OrderByDescending(b => b.Score).ToList();
            bool last = length == Steps;
            done.AddRange(next.Take(beams).Where(b => last || b.Tokens[^1] == Eos).Select(b => (b.Tokens, b.Score / Math.Pow(length, lengthPenalty))));
            done = [.. done.OrderByDescending(d => d.Score).Take(beams)];
            running = [.. next.Where(b => b.Tokens[^1] != Eos).Take(beams)];
            if (done.Count == beams && (stopAtFirst || running[0].Score / Math.Pow(length, lengthPenalty) <= done[^1].Score)) break;
        }

        return [.. done.Select(d => string.Join(' ', d.Tokens))];
    }

    private static IEnumerable<int[]> All(int last, int length = 1) => length > Steps
        ? [[]]
        : Enumerable.Range(0, 5).SelectMany(t => t == Eos || length == Steps ? [[t]] : All(t, length + 1).Select(rest => (int[])[t, .. rest]));

    private static double LogProbability(int first, int[] tokens) => tokens.Select((t, i) => Step(i == 0 ? first : tokens[i - 1], t)).Sum();

    private static double Step(int from, int to) => Bigrams[from][to] - Math.Log(Bigrams[from].Sum(x => Math.Exp(x)));
}
